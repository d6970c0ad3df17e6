-- The state that the comment of an escalated incident tells of, once the incident went on; null while it is the
-- escalation itself.
ALTER TABLE incidents ADD COLUMN told_status TEXT;
CREATE INDEX incidents_told ON incidents (told_url) WHERE told_url IS NOT NULL;
