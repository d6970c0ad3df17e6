-- What a health check writes: one row, as large as a delivery with its index entries may be, so that a journal without
-- room for a delivery has none for it either.

CREATE TABLE heartbeats (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	room BLOB NOT NULL
) STRICT;
