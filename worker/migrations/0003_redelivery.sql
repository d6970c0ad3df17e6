-- Deliveries that GitHub failed to hand over, and how far its list of them was looked through. Times are milliseconds
-- since 1970.

-- One row a guid, which all deliveries of one event share.
CREATE TABLE lost_deliveries (
	guid TEXT PRIMARY KEY,
	-- GitHub's number of one of its deliveries, as text: it does not fit into a JavaScript number.
	delivery_id TEXT NOT NULL,
	event TEXT NOT NULL,
	delivered_at INTEGER NOT NULL,
	-- wanted: to be asked for; arrived: it is in by now; given_up: GitHub has it no more, or will not send it;
	-- repeated: somebody else had it delivered again, and it was never ours to ask for.
	state TEXT NOT NULL CHECK (state IN ('wanted', 'arrived', 'given_up', 'repeated')),
	-- How often GitHub was asked to deliver it again, and when next.
	asked INTEGER NOT NULL DEFAULT 0,
	next_ask_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX lost_deliveries_wanted ON lost_deliveries (next_ask_at) WHERE state = 'wanted';

-- At most one row: how far GitHub's list was looked through.
CREATE TABLE delivery_look (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	-- All deliveries up to here were looked at; null: none yet.
	seen_until INTEGER,
	-- A look that is not through yet: when it began, and where GitHub's list goes on.
	began_at INTEGER,
	cursor TEXT,
	-- When GitHub was asked last, until when it wants no more, and what was wrong.
	looked_at INTEGER,
	not_before INTEGER NOT NULL DEFAULT 0,
	problem TEXT,
	-- Whoever looks now holds it until then.
	locked_until INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO delivery_look (one) VALUES (1);

CREATE INDEX deliveries_by_id ON deliveries (delivery_id);
