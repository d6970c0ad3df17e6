-- What a decision rested on, so that another pipeline can be tried on it: see `healer backtest`.

CREATE TABLE facts (
	incident_id TEXT PRIMARY KEY,
	-- JSON: the context's parts, their data cut to what a pipeline asks of them.
	context TEXT NOT NULL,
	-- The version that gathered them: its patterns were looked for in the logs.
	pipeline TEXT NOT NULL,
	kept_at INTEGER NOT NULL
) STRICT;

-- The patterns of each version that read logs, as a JSON list: what is not among the facts, but here, was not found.
CREATE TABLE searched (
	pipeline TEXT PRIMARY KEY,
	patterns TEXT NOT NULL
) STRICT;
