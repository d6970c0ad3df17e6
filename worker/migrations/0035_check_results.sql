-- Every result of a check as a whole, so that it can be said since when it is red and whose failure it is. `checks` has the newest alone.
CREATE TABLE check_results (
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
CREATE INDEX check_results_by_age ON check_results (received_at);
