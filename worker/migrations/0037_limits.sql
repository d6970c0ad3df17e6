-- Limits of the installation, of repositories and of agents, and turns of the repositories.
-- Times are milliseconds since 1970.

-- One row a CodeRun, whether anything is limited or not, for a day, and for as long as it is unfinished.
ALTER TABLE rate_limit_slots ADD COLUMN agent TEXT NOT NULL DEFAULT '';
UPDATE rate_limit_slots SET agent = coalesce(
	(SELECT agent FROM attempts a WHERE a.incident_id = rate_limit_slots.incident_id AND a.attempt = rate_limit_slots.attempt), ''
);
CREATE INDEX rate_limit_slots_by_time ON rate_limit_slots (taken_at);
CREATE INDEX rate_limit_slots_by_agent ON rate_limit_slots (agent, taken_at);
CREATE INDEX rate_limit_slots_by_turn ON rate_limit_slots (repository, agent, taken_at);
INSERT INTO rate_limit_slots (incident_id, attempt, repository, agent, taken_at)
SELECT a.incident_id, a.attempt, i.repository, a.agent, a.spawned_at
FROM attempts a JOIN incidents i ON i.id = a.incident_id
WHERE a.spawned_at IS NOT NULL AND (a.spawned_at > (unixepoch() - 86400) * 1000 OR i.status = 'running' AND i.attempt = a.attempt)
ON CONFLICT (incident_id, attempt) DO NOTHING;

-- Since when it waits for what it is blocked on.
ALTER TABLE incidents ADD COLUMN blocked_since INTEGER;
UPDATE incidents SET blocked_since = updated_at WHERE status = 'waiting' AND blocked_on IS NOT NULL;
UPDATE incidents SET blocked_on = 'limit:repository:' || substr(blocked_on, 5) WHERE blocked_on LIKE 'cap:%';
