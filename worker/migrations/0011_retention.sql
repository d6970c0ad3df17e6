-- What the retention has done, so that it looks at nothing twice.

-- The end after which its prompts and its context were taken away; another end comes after a retry.
ALTER TABLE incidents ADD COLUMN trimmed_end INTEGER;

CREATE INDEX incidents_to_trim ON incidents (ended_at)
WHERE ended_at IS NOT NULL AND next_try_at IS NULL AND ended_at IS NOT trimmed_end;
CREATE INDEX facts_by_pipeline ON facts (pipeline);
