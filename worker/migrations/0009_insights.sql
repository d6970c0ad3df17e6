-- What insights count, and what the retention looks for: each without reading a whole table, or a row with its texts.

-- How often this delivery came: GitHub repeats one under the same id, too.
ALTER TABLE deliveries ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
-- 1 where the answer to the spawn request was that its CodeRun is there already.
ALTER TABLE attempts ADD COLUMN existed INTEGER NOT NULL DEFAULT 0;

CREATE INDEX incidents_measured ON incidents (
	created_at, id, repository, kind, status, fixed_by, fixed_at, run_id, agent, failure_type, rule
);
CREATE INDEX attempts_measured ON attempts (incident_id, attempt, agent, failure_type, rule, existed, spawned_at)
WHERE spawned_at IS NOT NULL;
CREATE INDEX deliveries_measured ON deliveries (incident_id, received_at, times);
CREATE INDEX transitions_paused ON transitions (incident_id) WHERE reason = 'paused';

CREATE INDEX incidents_by_end ON incidents (ended_at, id) WHERE ended_at IS NOT NULL AND next_try_at IS NULL;
CREATE INDEX checks_by_age ON checks (received_at);
CREATE INDEX pull_requests_by_age ON pull_requests (closed_at);
CREATE INDEX commands_by_age ON commands (received_at) WHERE done_at IS NOT NULL;
CREATE INDEX stickies_by_age ON stickies (wanted_at) WHERE next_try_at IS NULL;
