-- A pause may be of one repository, and may end by itself. Times are milliseconds since 1970.

-- Nothing is spawned for the repositories that have a row here.
CREATE TABLE repository_pauses (
	repository TEXT PRIMARY KEY COLLATE NOCASE NOT NULL,
	-- In the words of who paused.
	reason TEXT,
	since INTEGER NOT NULL,
	-- When it ends; null: when somebody resumes.
	until INTEGER
) STRICT, WITHOUT ROWID;

-- The same, of the pause of all repositories.
ALTER TABLE pauses ADD COLUMN until INTEGER;
