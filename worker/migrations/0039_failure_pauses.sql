-- Pauses of agents, and pauses by failures; what a CodeRun cost. Times are milliseconds since 1970.

-- Nothing is spawned for the agents that have a row here.
CREATE TABLE agent_pauses (
	agent TEXT PRIMARY KEY NOT NULL,
	reason TEXT,
	since INTEGER NOT NULL,
	until INTEGER,
	-- `command`: a person; `failures`: so many attempts failed in a row.
	set_by TEXT NOT NULL DEFAULT 'command' CHECK (set_by IN ('command', 'failures'))
) STRICT, WITHOUT ROWID;
ALTER TABLE repository_pauses ADD COLUMN set_by TEXT NOT NULL DEFAULT 'command' CHECK (set_by IN ('command', 'failures'));

-- When a person last resumed what failures had paused: earlier failures no longer count.
CREATE TABLE resumed_failures (
	-- `repository` or `agent`.
	scope TEXT NOT NULL CHECK (scope IN ('repository', 'agent')),
	name TEXT NOT NULL COLLATE NOCASE,
	at INTEGER NOT NULL,
	PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

-- How long the CodeRun took, in seconds; null: its times are not known.
ALTER TABLE attempts ADD COLUMN agent_s INTEGER;
UPDATE attempts SET agent_s = max(0, CAST(round((julianday(finished_at) - julianday(started_at)) * 86400) AS INTEGER))
WHERE started_at IS NOT NULL AND finished_at IS NOT NULL;
DROP INDEX attempts_measured;
CREATE INDEX attempts_measured ON attempts (incident_id, attempt, agent, failure_type, rule, existed, spawned_at, was_right, agent_s);
