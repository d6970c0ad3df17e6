-- The place of an incident among those that wait for the same thing (worker/journal/queue-order.ts).
ALTER TABLE incidents ADD COLUMN queue_rank INTEGER NOT NULL DEFAULT 6;
UPDATE incidents SET queue_rank = CASE
	WHEN incident ->> '$.alert.type' = 'secret_scanning' THEN 0
	ELSE CASE lower(incident ->> '$.alert.severity')
		WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 WHEN 'moderate' THEN 3 WHEN 'low' THEN 4 ELSE 5
	END
END WHERE kind = 'security' AND json_valid(incident);
DROP INDEX incidents_waiting;
CREATE INDEX incidents_waiting ON incidents (blocked_on, queue_rank, created_at, id) WHERE blocked_on IS NOT NULL;
CREATE INDEX incidents_of_alerts ON incidents (repository, json_extract(incident, '$.alert.number')) WHERE kind = 'security';

-- The newer head of its branch for which an attempt was decided again, before it had a CodeRun.
ALTER TABLE attempts ADD COLUMN newer_head TEXT;

-- Security alerts that were fixed, dismissed or resolved.
CREATE TABLE resolved_alerts (
	repository TEXT NOT NULL COLLATE NOCASE,
	-- vulnerability (of Dependabot, whatever event reports it), code_scanning, secret_scanning.
	type TEXT NOT NULL,
	number INTEGER NOT NULL,
	-- As GitHub calls it: fixed, dismissed, resolved.
	how TEXT NOT NULL,
	resolved_at INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	PRIMARY KEY (repository, type, number)
) STRICT;
CREATE INDEX resolved_alerts_by_age ON resolved_alerts (received_at);
