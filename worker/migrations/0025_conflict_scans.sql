-- Base branches that moved, until their open pull requests were asked whether they can still be merged.
CREATE TABLE conflict_scans (
	repository TEXT NOT NULL COLLATE NOCASE,
	branch TEXT NOT NULL,
	head_sha TEXT,
	-- JSON: numbers of the pull requests that are left; null: they were not listed yet.
	numbers TEXT,
	next_try_at INTEGER NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0,
	lock TEXT,
	locked_until INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (repository, branch)
) STRICT, WITHOUT ROWID;
CREATE INDEX conflict_scans_due ON conflict_scans (next_try_at);
