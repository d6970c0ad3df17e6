-- An incident can also wait for a merge, or end unverified; an attempt can also hand over, or stay unmerged. The other new
-- states are for later versions, so that the tables are rebuilt once: SQLite cannot change a CHECK
-- (https://www.sqlite.org/lang_altertable.html#otheralter). The previous worker writes none of them.

CREATE TABLE incidents_new (
	id TEXT PRIMARY KEY,
	status TEXT NOT NULL CHECK (status IN (
		'accepted', 'waiting', 'rerunning', 'grouped', 'awaiting_approval', 'running', 'awaiting_ci', 'awaiting_merge',
		'fixed', 'unverified', 'observed', 'failed', 'escalated', 'superseded', 'cancelled', 'dead'
	)),
	reason TEXT,
	kind TEXT NOT NULL,
	event TEXT NOT NULL,
	repository TEXT NOT NULL COLLATE NOCASE,
	branch TEXT,
	run_id TEXT,
	agent TEXT,
	failure_type TEXT,
	rule TEXT,
	coderun_name TEXT,
	attempt INTEGER NOT NULL DEFAULT 1,
	identity TEXT NOT NULL,
	incident TEXT NOT NULL,
	explanation TEXT NOT NULL,
	context TEXT,
	pipeline TEXT NOT NULL,
	blocked_on TEXT,
	next_try_at INTEGER,
	failing_since INTEGER,
	tries INTEGER NOT NULL DEFAULT 0,
	lock TEXT,
	locked_until INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	escalate_to TEXT,
	budget_from INTEGER NOT NULL DEFAULT 1,
	not_before INTEGER,
	fixed_at INTEGER,
	fixed_by TEXT CHECK (fixed_by IN ('agent', 'rerun', 'other')),
	ended_at INTEGER,
	escalation_url TEXT,
	escalation_status TEXT,
	trimmed_end INTEGER,
	blocked_by TEXT,
	paused INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO incidents_new (
	id, status, reason, kind, event, repository, branch, run_id, agent, failure_type, rule, coderun_name,
	attempt, identity, incident, explanation, context, pipeline, blocked_on, next_try_at, failing_since, tries,
	lock, locked_until, created_at, updated_at, escalate_to, budget_from, not_before, fixed_at, fixed_by,
	ended_at, escalation_url, escalation_status, trimmed_end, blocked_by, paused
) SELECT
	id, status, reason, kind, event, repository, branch, run_id, agent, failure_type, rule, coderun_name,
	attempt, identity, incident, explanation, context, pipeline, blocked_on, next_try_at, failing_since, tries,
	lock, locked_until, created_at, updated_at, escalate_to, budget_from, not_before, fixed_at, fixed_by,
	ended_at, escalation_url, escalation_status, trimmed_end, blocked_by, paused
FROM incidents;
DROP TABLE incidents;
ALTER TABLE incidents_new RENAME TO incidents;

CREATE INDEX incidents_due ON incidents (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX incidents_waiting ON incidents (blocked_on, created_at, id) WHERE blocked_on IS NOT NULL;
CREATE INDEX incidents_newest ON incidents (created_at, id);
CREATE INDEX incidents_by_status ON incidents (status, created_at, id);
CREATE INDEX incidents_by_repository ON incidents (repository, created_at, id);
CREATE INDEX incidents_by_agent ON incidents (agent, created_at, id);
CREATE INDEX incidents_by_branch ON incidents (repository, branch, created_at);
CREATE INDEX incidents_by_pull_request ON incidents (repository, json_extract(incident, '$.pr_number'))
WHERE json_extract(incident, '$.pr_number') IS NOT NULL;
CREATE INDEX incidents_by_change ON incidents (updated_at);
CREATE INDEX incidents_by_failure_type ON incidents (failure_type, created_at, id);
CREATE INDEX incidents_measured ON incidents (
	created_at, id, repository, kind, status, fixed_by, fixed_at, run_id, agent, failure_type, rule
);
CREATE INDEX incidents_by_end ON incidents (ended_at, id) WHERE ended_at IS NOT NULL AND next_try_at IS NULL;
CREATE INDEX incidents_to_trim ON incidents (ended_at)
WHERE ended_at IS NOT NULL AND next_try_at IS NULL AND ended_at IS NOT trimmed_end;
CREATE INDEX incidents_stuck ON incidents (updated_at)
WHERE next_try_at IS NULL AND status IN ('accepted', 'waiting', 'running', 'awaiting_ci', 'awaiting_merge');
CREATE INDEX incidents_by_escalation_url ON incidents (escalation_url) WHERE escalation_url IS NOT NULL;

CREATE TABLE attempts_new (
	incident_id TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	agent TEXT NOT NULL,
	failure_type TEXT NOT NULL,
	rule TEXT NOT NULL,
	coderun_name TEXT NOT NULL,
	request TEXT NOT NULL,
	pipeline TEXT NOT NULL,
	decided_at INTEGER NOT NULL,
	outcome TEXT,
	pull_request_url TEXT,
	message TEXT,
	started_at TEXT,
	finished_at TEXT,
	outcome_digest TEXT,
	result TEXT CHECK (result IN (
		'fixed', 'agent_failed', 'ci_still_failing', 'ci_silent', 'timed_out', 'deleted',
		'handed_over', 'unverified', 'unmerged', 'superseded', 'stopped'
	)),
	ended_at INTEGER,
	spawned_at INTEGER,
	outcome_at INTEGER,
	escalated INTEGER NOT NULL DEFAULT 0,
	signature TEXT,
	ci_summary TEXT,
	ci_url TEXT,
	pull_request INTEGER,
	existed INTEGER NOT NULL DEFAULT 0,
	refused TEXT,
	ask_at INTEGER,
	PRIMARY KEY (incident_id, attempt)
) STRICT;

INSERT INTO attempts_new (
	incident_id, attempt, agent, failure_type, rule, coderun_name, request, pipeline, decided_at, outcome,
	pull_request_url, message, started_at, finished_at, outcome_digest, result, ended_at, spawned_at, outcome_at,
	escalated, signature, ci_summary, ci_url, pull_request, existed, refused, ask_at
) SELECT
	incident_id, attempt, agent, failure_type, rule, coderun_name, request, pipeline, decided_at, outcome,
	pull_request_url, message, started_at, finished_at, outcome_digest, result, ended_at, spawned_at, outcome_at,
	escalated, signature, ci_summary, ci_url, pull_request, existed, refused, ask_at
FROM attempts;
DROP TABLE attempts;
ALTER TABLE attempts_new RENAME TO attempts;

CREATE INDEX attempts_by_pull_request ON attempts (pull_request) WHERE pull_request IS NOT NULL;
CREATE INDEX attempts_measured ON attempts (incident_id, attempt, agent, failure_type, rule, existed, spawned_at)
WHERE spawned_at IS NOT NULL;
