-- What `GET /metrics` counts. Workers share no memory, and rows are pruned: a count that may never fall is kept here.
CREATE TABLE counters (
	-- The metric's name, without `_total`.
	name TEXT NOT NULL,
	-- The value of its only label; of a histogram the bucket's upper bound in seconds, or `sum`, in milliseconds.
	label TEXT NOT NULL,
	value INTEGER NOT NULL,
	PRIMARY KEY (name, label)
) STRICT, WITHOUT ROWID;

-- Up to which row each table was counted. What is older than this migration is not.
CREATE TABLE counted (
	source TEXT PRIMARY KEY,
	until INTEGER NOT NULL,
	next INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO counted (source, until) SELECT 'transitions', coalesce(max(id), 0) FROM transitions;
INSERT INTO counted (source, until) SELECT 'attempts', coalesce(max(rowid), 0) FROM attempts;

-- GitHub's rate limits as its last answers said, one row for the App and one for each installation.
CREATE TABLE github_rate_limits (
	identity TEXT PRIMARY KEY,
	remaining INTEGER NOT NULL,
	most INTEGER NOT NULL,
	resets_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- W3C Trace Context of the delivery that opened the incident. Null for incidents of an earlier Healer.
ALTER TABLE incidents ADD COLUMN traceparent TEXT;
