-- What operators ask: why a delivery was ignored, what became of one that decided something, and where an incident is by any
-- of its names.

-- The last ignored deliveries. In order of arrival, so that one row is one write: no other index.
CREATE TABLE ignored_deliveries (
	at INTEGER NOT NULL,
	delivery_id TEXT NOT NULL,
	event TEXT NOT NULL,
	action TEXT,
	repository TEXT,
	branch TEXT,
	reason TEXT NOT NULL,
	filter TEXT NOT NULL,
	PRIMARY KEY (at, delivery_id)
) STRICT, WITHOUT ROWID;

-- Deliveries that opened no incident, but decided something about one.
CREATE TABLE recorded_deliveries (
	delivery_id TEXT NOT NULL,
	incident_id TEXT NOT NULL,
	received_at INTEGER NOT NULL,
	PRIMARY KEY (delivery_id, incident_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX recorded_deliveries_of ON recorded_deliveries (incident_id);
CREATE INDEX deliveries_by_time ON deliveries (received_at);

-- Search: each name of an incident by an index, newest first.
CREATE INDEX incidents_by_rule ON incidents (rule, created_at, id);
CREATE INDEX incidents_by_branch_name ON incidents (branch, created_at, id) WHERE branch IS NOT NULL;
CREATE INDEX incidents_by_run_id ON incidents (run_id, created_at, id) WHERE run_id IS NOT NULL;
CREATE INDEX incidents_by_workflow ON incidents (json_extract(incident, '$.workflow.name') COLLATE NOCASE, created_at, id)
WHERE json_extract(incident, '$.workflow.name') IS NOT NULL;
CREATE INDEX incidents_by_number ON incidents (json_extract(incident, '$.pr_number'), created_at, id)
WHERE json_extract(incident, '$.pr_number') IS NOT NULL;
CREATE INDEX incidents_by_sha ON incidents (json_extract(incident, '$.head_sha'))
WHERE json_extract(incident, '$.head_sha') IS NOT NULL;
CREATE INDEX attempts_by_coderun ON attempts (coderun_name);
CREATE INDEX attempts_by_rule ON attempts (rule, decided_at, incident_id);
CREATE INDEX attempts_by_agent ON attempts (agent, decided_at, incident_id);
CREATE INDEX attempts_by_type ON attempts (failure_type, decided_at, incident_id);
