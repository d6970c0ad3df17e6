-- Reruns that Healer asked GitHub for, before an agent was woken: written before the request.
CREATE TABLE reruns (
	incident_id TEXT NOT NULL,
	-- The attempt of the run that had failed.
	run_attempt INTEGER NOT NULL,
	rule TEXT NOT NULL,
	-- The key of the failure's fingerprint; null where it has none.
	fingerprint TEXT,
	planned_at INTEGER NOT NULL,
	deadline_s INTEGER NOT NULL,
	-- When GitHub is asked next, and until when a consumer is asking it.
	ask_at INTEGER NOT NULL,
	asking_until INTEGER NOT NULL DEFAULT 0,
	tries INTEGER NOT NULL DEFAULT 0,
	-- When GitHub was known to have begun it.
	requested_at INTEGER,
	result TEXT CHECK (result IN ('passed', 'failed', 'refused', 'silent', 'overtaken')),
	why TEXT,
	ended_at INTEGER,
	PRIMARY KEY (incident_id, run_attempt)
) STRICT;

-- The flake ledger: failures that passed on the same commit when they were run again.
CREATE TABLE flakes (
	incident_id TEXT NOT NULL,
	-- The last attempt of the run that had failed.
	run_attempt INTEGER NOT NULL,
	repository TEXT NOT NULL COLLATE NOCASE,
	workflow TEXT NOT NULL,
	job TEXT NOT NULL,
	-- The fingerprint's key, else the failure type.
	cause TEXT NOT NULL,
	-- The same, for people.
	text TEXT NOT NULL,
	failure_type TEXT NOT NULL,
	-- The login of the commit's author, else of whoever started the run.
	author TEXT,
	seen_at INTEGER NOT NULL,
	PRIMARY KEY (incident_id, run_attempt)
) STRICT;
CREATE INDEX flakes_by_repository ON flakes (repository, seen_at);
CREATE INDEX flakes_by_age ON flakes (seen_at);

DROP INDEX incidents_stuck;
CREATE INDEX incidents_stuck ON incidents (updated_at)
WHERE next_try_at IS NULL AND status IN ('accepted', 'waiting', 'running', 'awaiting_ci', 'awaiting_merge', 'rerunning');
