-- Who pushed a pipeline, as the push says, and why. Null for pushes of an earlier Healer.
ALTER TABLE pipelines ADD COLUMN author TEXT;
ALTER TABLE pipelines ADD COLUMN message TEXT;
