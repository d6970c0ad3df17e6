-- A red rerun opens an ended incident again; an attempt keeps what was red at its start and at its end, so that the next one
-- works on the newest failure, and a hand-over to another field's agent is not a failure.
ALTER TABLE incidents ADD COLUMN run_attempt INTEGER;
ALTER TABLE incidents ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incidents ADD COLUMN reopened_at INTEGER;
UPDATE incidents SET run_attempt = json_extract(incident, '$.run_attempt')
WHERE CASE WHEN json_valid(incident) THEN typeof(json_extract(incident, '$.run_attempt')) END = 'integer';

ALTER TABLE attempts ADD COLUMN failure_category TEXT;
ALTER TABLE attempts ADD COLUMN red_jobs TEXT;
ALTER TABLE attempts ADD COLUMN ended_on TEXT;
ALTER TABLE attempts ADD COLUMN was_right INTEGER NOT NULL DEFAULT 0;

DROP INDEX attempts_measured;
CREATE INDEX attempts_measured ON attempts (incident_id, attempt, agent, failure_type, rule, existed, spawned_at, was_right)
WHERE spawned_at IS NOT NULL;
