-- Commands are acted upon and answered after their webhook was, and each pull request on which one was given has one
-- comment that is kept up to date. Times are milliseconds since 1970.

-- What it came to, as JSON: the reaction, and a sentence. Null until it was acted upon.
ALTER TABLE commands ADD COLUMN result TEXT;
-- How it was answered, or why it was not; null until then.
ALTER TABLE commands ADD COLUMN answer TEXT;
-- When it is looked at next, while it is open.
ALTER TABLE commands ADD COLUMN next_try_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE commands ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
-- Whoever works on it may write until then.
ALTER TABLE commands ADD COLUMN lock TEXT;
ALTER TABLE commands ADD COLUMN locked_until INTEGER NOT NULL DEFAULT 0;

CREATE TABLE stickies (
	repository TEXT NOT NULL COLLATE NOCASE,
	pr_number INTEGER NOT NULL,
	installation_id INTEGER,
	-- JSON: who gave the latest command, which one, and what it came to.
	said TEXT NOT NULL,
	-- When that was, and how often the comment was wanted so far: one wanted while another is written is not lost.
	wanted_at INTEGER NOT NULL,
	wants INTEGER NOT NULL DEFAULT 1,
	-- The comment, once it is there, and its text as it was written last.
	comment_id INTEGER,
	posted TEXT,
	-- Up to when what happened to the remediations is in that text.
	looked_at INTEGER NOT NULL DEFAULT 0,
	-- When it is due; null while there is nothing to write.
	next_try_at INTEGER,
	tries INTEGER NOT NULL DEFAULT 0,
	-- Why the latest try came to nothing.
	problem TEXT,
	lock TEXT,
	locked_until INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (repository, pr_number)
) STRICT, WITHOUT ROWID;

CREATE INDEX stickies_due ON stickies (next_try_at) WHERE next_try_at IS NOT NULL;

-- The remediations of a pull request.
CREATE INDEX incidents_by_pull_request ON incidents (repository, json_extract(incident, '$.pr_number'))
WHERE json_extract(incident, '$.pr_number') IS NOT NULL;
