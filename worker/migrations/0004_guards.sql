-- What keeps CodeRuns from being made although the pipeline decided so, and the commands that people gave in comments.
-- Times are milliseconds since 1970.

-- The kill switch: nothing is spawned while a row is here. At most one.
CREATE TABLE pauses (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	-- In the words of who paused.
	reason TEXT,
	since INTEGER NOT NULL
) STRICT;

-- When a CodeRun was asked for, where settings.max_per_hour limits them. What came to no CodeRun is taken out again.
CREATE TABLE spawn_slots (
	incident_id TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	repository TEXT NOT NULL COLLATE NOCASE,
	taken_at INTEGER NOT NULL,
	PRIMARY KEY (incident_id, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX spawn_slots_by_repository ON spawn_slots (repository, taken_at);

-- Commands for Healer itself: one row a comment, however often it is delivered.
CREATE TABLE commands (
	id TEXT PRIMARY KEY,
	-- JSON: name, args, repository, installation_id, pr_number, comment_id, author, delivery_id.
	command TEXT NOT NULL,
	received_at INTEGER NOT NULL,
	-- When it was acted upon; null until then.
	done_at INTEGER
) STRICT;
CREATE INDEX commands_open ON commands (received_at) WHERE done_at IS NULL;
