-- The life of a remediation: its budget, how each attempt ended, what CI says, and every step of its state machine.
-- Times are milliseconds since 1970.

-- The agent that the escalation put in charge; null: the router chooses.
ALTER TABLE incidents ADD COLUMN escalate_to TEXT;
-- The first attempt of the present budget: those before it were made before somebody said "retry".
ALTER TABLE incidents ADD COLUMN budget_from INTEGER NOT NULL DEFAULT 1;
-- The pause between two attempts: no wake-up makes it due before.
ALTER TABLE incidents ADD COLUMN not_before INTEGER;
-- When the failed check was green again, and whose doing that was.
ALTER TABLE incidents ADD COLUMN fixed_at INTEGER;
ALTER TABLE incidents ADD COLUMN fixed_by TEXT CHECK (fixed_by IN ('agent', 'rerun', 'other'));
-- When its present, last state was reached; null while it goes on.
ALTER TABLE incidents ADD COLUMN ended_at INTEGER;
-- Where a person was notified, once that is done.
ALTER TABLE incidents ADD COLUMN told_url TEXT;

CREATE INDEX incidents_by_branch ON incidents (repository, branch, created_at);

-- How the attempt ended for the incident; `outcome` is what its CodeRun ended as.
ALTER TABLE attempts ADD COLUMN result TEXT CHECK (result IN (
	'fixed', 'agent_failed', 'ci_still_failing', 'ci_silent', 'timed_out', 'deleted', 'superseded', 'stopped'
));
ALTER TABLE attempts ADD COLUMN ended_at INTEGER;
-- When its CodeRun was first seen.
ALTER TABLE attempts ADD COLUMN spawned_at INTEGER;
-- When the outcome of its CodeRun arrived.
ALTER TABLE attempts ADD COLUMN outcome_at INTEGER;
-- Whether the escalation chose its agent instead of the router.
ALTER TABLE attempts ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0;
-- What tells this failure from another one: two alike in a row stop an agent early.
ALTER TABLE attempts ADD COLUMN signature TEXT;
-- What CI said after it: one sentence, and where people look at it.
ALTER TABLE attempts ADD COLUMN ci_said TEXT;
ALTER TABLE attempts ADD COLUMN ci_url TEXT;
-- The number in pull_request_url, when that is one of the repository's.
ALTER TABLE attempts ADD COLUMN pull_request INTEGER;

CREATE INDEX attempts_by_pull_request ON attempts (pull_request) WHERE pull_request IS NOT NULL;

-- The timeline. A step that the state machine has no place for is kept, too: `to_status` is null, nothing changed.
CREATE TABLE transitions (
	id INTEGER PRIMARY KEY,
	incident_id TEXT NOT NULL,
	at INTEGER NOT NULL,
	attempt INTEGER NOT NULL,
	event TEXT NOT NULL,
	from_status TEXT NOT NULL,
	to_status TEXT,
	reason TEXT
) STRICT;

CREATE INDEX transitions_of ON transitions (incident_id, id);

-- The newest word of each check on each branch. An older word never replaces a newer one, so the order in which they
-- arrive does not matter.
CREATE TABLE checks (
	repository TEXT NOT NULL COLLATE NOCASE,
	-- The repository that the branch is in: another one for a fork.
	head_repository TEXT NOT NULL COLLATE NOCASE,
	branch TEXT NOT NULL,
	-- `workflow:{name}`, `app:{slug}` or `status`.
	check_name TEXT NOT NULL,
	-- The job, check run or status context; empty for the whole of it.
	job TEXT NOT NULL,
	says TEXT NOT NULL CHECK (says IN ('green', 'red')),
	-- Sorts as the runs began: see worker/lifecycle/position.ts.
	position TEXT NOT NULL,
	head_sha TEXT,
	run_id TEXT,
	pr_number INTEGER,
	actor_login TEXT,
	actor_type TEXT,
	-- JSON: names of the failed steps.
	failed_steps TEXT,
	url TEXT,
	started_at INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	PRIMARY KEY (repository, branch, head_repository, check_name, job)
) STRICT, WITHOUT ROWID;

CREATE INDEX checks_by_pull_request ON checks (repository, pr_number) WHERE pr_number IS NOT NULL;

-- What became of pull requests that somebody may wait for.
CREATE TABLE pull_requests (
	repository TEXT NOT NULL COLLATE NOCASE,
	number INTEGER NOT NULL,
	branch TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('closed', 'merged')),
	closed_at INTEGER NOT NULL,
	PRIMARY KEY (repository, number)
) STRICT, WITHOUT ROWID;
