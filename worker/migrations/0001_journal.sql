-- The journal: the truth about every incident. Times are milliseconds since 1970.

CREATE TABLE incidents (
	id TEXT PRIMARY KEY,
	status TEXT NOT NULL CHECK (status IN (
		'accepted', 'waiting', 'running', 'awaiting_ci', 'fixed', 'failed', 'escalated', 'superseded', 'cancelled', 'dead'
	)),
	-- One sentence for people: why it waits, failed or was cancelled.
	reason TEXT,
	kind TEXT NOT NULL,
	event TEXT NOT NULL,
	repository TEXT NOT NULL COLLATE NOCASE,
	branch TEXT,
	run_id TEXT,
	-- Of the latest decision, also while the incident waits.
	agent TEXT,
	failure_type TEXT,
	rule TEXT,
	-- Of the latest CodeRun that was seen.
	coderun_name TEXT,
	attempt INTEGER NOT NULL DEFAULT 1,
	-- The text whose hash is the id.
	identity TEXT NOT NULL,
	-- JSON: the incident; its explanation; the context's parts without their data.
	incident TEXT NOT NULL,
	explanation TEXT NOT NULL,
	context TEXT,
	-- Version of the pipeline that read or decided it last.
	pipeline TEXT NOT NULL,
	-- What has to become free: `claim:{key}` or `agent:{name}`.
	waits_for TEXT,
	-- When it is looked at again; null when nothing is to be done.
	next_try_at INTEGER,
	-- Since when nothing but failures came back; null when the last try got an answer.
	failing_since INTEGER,
	tries INTEGER NOT NULL DEFAULT 0,
	-- Whoever holds `lock` may write; after `locked_until` another may take it.
	lock TEXT,
	locked_until INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX incidents_due ON incidents (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX incidents_waiting ON incidents (waits_for, created_at, id) WHERE waits_for IS NOT NULL;
CREATE INDEX incidents_newest ON incidents (created_at, id);
CREATE INDEX incidents_by_status ON incidents (status, created_at, id);
CREATE INDEX incidents_by_repository ON incidents (repository, created_at, id);
CREATE INDEX incidents_by_agent ON incidents (agent, created_at, id);

-- Every delivery of an incident, and its content.
CREATE TABLE deliveries (
	incident_id TEXT NOT NULL,
	delivery_id TEXT NOT NULL,
	event TEXT NOT NULL,
	-- JSON: the incident as this delivery alone tells it.
	told TEXT NOT NULL,
	received_at INTEGER NOT NULL,
	PRIMARY KEY (incident_id, delivery_id)
) STRICT;

-- One CodeRun made, or to be made, for an incident. Stored before the first send and not changed by later decisions.
CREATE TABLE attempts (
	incident_id TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	agent TEXT NOT NULL,
	failure_type TEXT NOT NULL,
	rule TEXT NOT NULL,
	coderun_name TEXT NOT NULL,
	-- The body of POST /v1/spawn, byte for byte what every send sends.
	request TEXT NOT NULL,
	pipeline TEXT NOT NULL,
	decided_at INTEGER NOT NULL,
	-- The phase its CodeRun ended with; null while it is not known.
	outcome TEXT,
	pull_request_url TEXT,
	message TEXT,
	started_at TEXT,
	finished_at TEXT,
	-- SHA-256 of the outcome's body: another body under the same webhook-id is refused.
	outcome_digest TEXT,
	PRIMARY KEY (incident_id, attempt)
) STRICT;

-- How many deliveries were no incidents, and why.
CREATE TABLE ignored (
	day TEXT NOT NULL,
	reason TEXT NOT NULL,
	count INTEGER NOT NULL,
	PRIMARY KEY (day, reason)
) STRICT, WITHOUT ROWID;
