-- How far a decision may go without a person: 'observe' or 'approve'; null: it acts.
ALTER TABLE attempts ADD COLUMN autonomy TEXT CHECK (autonomy IN ('observe', 'approve'));
-- Until when a person's approval is waited for, and who gave it when.
ALTER TABLE attempts ADD COLUMN approve_until INTEGER;
ALTER TABLE attempts ADD COLUMN approved_at INTEGER;
ALTER TABLE attempts ADD COLUMN approved_by TEXT;

-- What became of failures for which nothing was sent: autonomy `observe`.
CREATE TABLE observations (
	incident_id TEXT NOT NULL PRIMARY KEY,
	-- The attempt that was decided and not sent.
	attempt INTEGER NOT NULL,
	observed_at INTEGER NOT NULL,
	-- When its check was green again, by what, on which commit, and where to see it.
	green_at INTEGER,
	green_by TEXT CHECK (green_by IN ('person', 'bot', 'rerun', 'unknown')),
	green_sha TEXT,
	green_url TEXT,
	-- JSON: the logins of the commits' authors.
	authors TEXT,
	-- JSON: the files of the commits between, and those of them that the prompt named; null where nobody knows.
	files TEXT,
	named TEXT,
	-- Why that is not known, as one clause.
	why TEXT,
	-- When GitHub is asked next for them; null once that is over, or while it is red.
	ask_at INTEGER,
	tries INTEGER NOT NULL DEFAULT 0
) STRICT;

DROP INDEX incidents_stuck;
CREATE INDEX incidents_stuck ON incidents (updated_at)
WHERE next_try_at IS NULL
	AND status IN ('accepted', 'waiting', 'running', 'awaiting_ci', 'awaiting_merge', 'rerunning', 'awaiting_approval');
