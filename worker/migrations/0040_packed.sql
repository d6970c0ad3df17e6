-- What a decision found is packed with a dictionary of its pipeline's texts: BLOBs instead of base64 in JSON.

-- The body of the spawn request; `request` keeps what SQL reads of it.
ALTER TABLE attempts ADD COLUMN body BLOB;
-- The context with its data, packed after the body.
ALTER TABLE attempts ADD COLUMN facts BLOB;
-- Of the explanation: the rules' verdicts; and what else it has, with the context's summary.
ALTER TABLE attempts ADD COLUMN stages BLOB;
ALTER TABLE attempts ADD COLUMN found BLOB;
CREATE INDEX attempts_with_facts ON attempts (pipeline) WHERE facts IS NOT NULL;

-- The dictionaries, by their hash: what was packed with one stays readable when its pipeline is gone.
CREATE TABLE dictionaries (
	id TEXT PRIMARY KEY NOT NULL,
	-- JSON.
	texts TEXT NOT NULL,
	-- When it was last used, to the hour, in milliseconds since 1970.
	used_at INTEGER NOT NULL
) STRICT;

-- `incidents_measured` begins with the same columns.
DROP INDEX incidents_newest;
