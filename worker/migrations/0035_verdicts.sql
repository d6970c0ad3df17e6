-- Every result of a check as a whole, so that it can be said since when it is red and whose failure it is. `checks` has the newest alone.
-- IF NOT EXISTS: a hub of the development version may have made it under the name 0035_check_results.sql.
CREATE TABLE IF NOT EXISTS check_results (
	repository TEXT NOT NULL COLLATE NOCASE,
	-- As in `checks`, like the next four.
	head_repository TEXT NOT NULL COLLATE NOCASE,
	branch TEXT NOT NULL,
	check_name TEXT NOT NULL,
	-- Empty for a workflow's run: of its jobs there is no history.
	job TEXT NOT NULL,
	conclusion TEXT NOT NULL CHECK (conclusion IN ('success', 'failure')),
	position TEXT NOT NULL,
	head_sha TEXT NOT NULL,
	run_id TEXT,
	started_at INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	PRIMARY KEY (repository, branch, check_name, job, head_repository, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS check_results_by_age ON check_results (received_at);

-- The check run that an incident has on its commit, while Healer leaves its failure to another incident's agent.
CREATE TABLE check_runs (
	incident_id TEXT PRIMARY KEY NOT NULL,
	-- GitHub's number; null until it is known.
	check_run_id INTEGER,
	-- The title last posted.
	posted TEXT,
	created_at INTEGER NOT NULL,
	-- When it is looked at next; null: there is nothing to post any more.
	next_try_at INTEGER,
	tries INTEGER NOT NULL DEFAULT 0,
	problem TEXT,
	lock TEXT,
	locked_until INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX check_runs_due ON check_runs (next_try_at) WHERE next_try_at IS NOT NULL;
