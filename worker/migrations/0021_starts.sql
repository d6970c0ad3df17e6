-- CodeRuns that no controller starts. Times are milliseconds since 1970.

-- When it became known whether a controller started its CodeRun; null: unknown. The outcome `NotStarted` says that none did.
ALTER TABLE attempts ADD COLUMN start_known_at INTEGER;
CREATE INDEX attempts_by_start ON attempts (start_known_at, outcome) WHERE start_known_at IS NOT NULL;

-- One earlier CodeRun that ran is enough to know that the controller has worked: it writes the first two phases.
UPDATE attempts SET start_known_at = outcome_at WHERE (incident_id, attempt) IN (
	SELECT incident_id, attempt FROM attempts
	WHERE outcome IN ('Succeeded', 'Failed') AND outcome_at IS NOT NULL ORDER BY outcome_at DESC LIMIT 1
);

-- While CodeRuns are not started: the last one that was created to try whether they are again. At most one row.
CREATE TABLE start_probes (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	incident_id TEXT,
	probed_at INTEGER NOT NULL DEFAULT 0,
	-- When a person last resumed: what was known before does not count.
	resumed_at INTEGER NOT NULL DEFAULT 0
) STRICT;
