-- When each step of the sweep began last, so that the one that waits longest comes first, and where it goes on when one
-- invocation was not enough. Times are milliseconds since 1970.
CREATE TABLE sweep_steps (
	name TEXT PRIMARY KEY,
	began_at INTEGER NOT NULL,
	-- JSON: the last row that was processed; null: from the start.
	stopped_at TEXT
) STRICT, WITHOUT ROWID;
