-- Failures with one cause are a group: one agent, for its leader.

-- The key of what identifies its cause; NULL: nothing does, it is no red check, or an earlier Healer decided it.
ALTER TABLE incidents ADD COLUMN fingerprint TEXT;
-- Its branch, if that is in its own repository, and the branch that it is merged into: the default branch is its own.
ALTER TABLE incidents ADD COLUMN own_branch TEXT;
ALTER TABLE incidents ADD COLUMN base TEXT;
-- The incident whose agent fixes its cause; NULL: it is in no group, or leads one.
ALTER TABLE incidents ADD COLUMN leader_id TEXT;
-- When it was first decided as one that may lead, or was last started over; NULL: it never was.
ALTER TABLE incidents ADD COLUMN led_at INTEGER;
-- 1: it joins no group any more. A person wants an agent for it, or it is red with the fix.
ALTER TABLE incidents ADD COLUMN apart INTEGER NOT NULL DEFAULT 0;
-- When its pull request was notified that the cause is fixed on its base.
ALTER TABLE incidents ADD COLUMN notified_at INTEGER;

CREATE INDEX incidents_by_cause ON incidents (fingerprint) WHERE fingerprint IS NOT NULL AND leader_id IS NULL;
CREATE INDEX incidents_of_leader ON incidents (leader_id, created_at, id) WHERE leader_id IS NOT NULL;
