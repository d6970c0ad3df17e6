-- What later columns need of rows that an older version wrote, and three columns of its own. Times are milliseconds since
-- 1970. How to write a migration: README.md.

-- Why the relay refused this attempt, where it was decided again as the next one: it never had a CodeRun.
ALTER TABLE attempts ADD COLUMN refused TEXT;
-- When the relay is asked next what became of its CodeRun; null: at its deadline, or an hour after it was created.
ALTER TABLE attempts ADD COLUMN ask_at INTEGER;
-- Finds active rows that nothing is due for.
CREATE INDEX incidents_stuck ON incidents (updated_at)
WHERE next_try_at IS NULL AND status IN ('accepted', 'waiting', 'running', 'awaiting_ci');

-- 0001 knew no retention: what ended, ended with its last change.
UPDATE incidents SET ended_at = updated_at
WHERE ended_at IS NULL AND status IN ('fixed', 'failed', 'escalated', 'superseded', 'cancelled', 'dead');

-- 0001 did not write when a CodeRun was first seen, nor when its outcome came. Without the first a lost CodeRun is
-- never overdue, without the second the wait for CI has no beginning.
UPDATE attempts SET spawned_at = decided_at
WHERE spawned_at IS NULL AND (
	outcome IS NOT NULL OR EXISTS (
		SELECT 1 FROM incidents i WHERE i.id = incident_id AND i.attempt = attempts.attempt AND i.status IN ('running', 'awaiting_ci')
	)
);
UPDATE attempts SET outcome_at = coalesce(
	CAST(unixepoch(finished_at) AS INTEGER) * 1000,
	(SELECT updated_at FROM incidents i WHERE i.id = incident_id),
	decided_at
)
WHERE outcome IS NOT NULL AND outcome_at IS NULL;

-- 0001 made no second attempt: the one that its incident failed with is the one that failed it.
UPDATE attempts SET
	ended_at = (SELECT ended_at FROM incidents i WHERE i.id = incident_id),
	result = CASE outcome WHEN 'Deleted' THEN 'deleted' WHEN 'TimedOut' THEN 'timed_out' ELSE 'agent_failed' END
WHERE result IS NULL AND outcome IS NOT NULL AND outcome NOT IN ('Succeeded', 'Completed') AND EXISTS (
	SELECT 1 FROM incidents i WHERE i.id = incident_id AND i.attempt = attempts.attempt AND i.status = 'failed'
);

-- 0001 kept the address of a fix's pull request, not its number: what CI says there is found by that.
UPDATE attempts SET pull_request = (
	SELECT CAST(substr(pull_request_url, instr(pull_request_url, '/pull/') + 6) AS INTEGER) FROM incidents i
	WHERE i.id = incident_id AND instr(lower(pull_request_url), '/' || lower(i.repository) || '/pull/') > 0
)
WHERE pull_request IS NULL AND pull_request_url LIKE 'https://%/pull/_%';
UPDATE attempts SET pull_request = NULL WHERE pull_request <= 0;

-- Active rows that nothing would ever be done about.
UPDATE incidents SET next_try_at = updated_at
WHERE next_try_at IS NULL AND status IN ('accepted', 'waiting', 'running', 'awaiting_ci');
