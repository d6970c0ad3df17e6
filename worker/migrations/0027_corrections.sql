-- A person may give an incident to another agent, also while an attempt is under way.

-- At the attempt that this ended: the agent that it was given to.
ALTER TABLE attempts ADD COLUMN given_to TEXT;
-- At the attempt whose agent the rules had chosen: the agent that a person named instead, a correction of that rule.
ALTER TABLE attempts ADD COLUMN corrected_to TEXT;
CREATE INDEX attempts_corrected ON attempts (decided_at, incident_id, attempt, agent, failure_type, rule, corrected_to)
WHERE corrected_to IS NOT NULL;
