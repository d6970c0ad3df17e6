-- Pipelines that were pushed without a deploy, and which of them is active. KV only publishes them.

CREATE TABLE pipelines (
	-- The hash of the artefact's content.
	version TEXT PRIMARY KEY,
	-- JSON, as `healer build` makes it.
	artefact TEXT NOT NULL,
	-- When it was pushed last; a rollback goes to the one pushed before.
	pushed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE pipeline_in_force (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	-- Null: the one that the worker was deployed with.
	version TEXT,
	since INTEGER NOT NULL
) STRICT;
