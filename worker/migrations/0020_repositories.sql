-- A workflow is known by its file; the name that a run had is kept beside it, because jobs tell nothing else. Rows that name
-- no file stay: their name is compared.
ALTER TABLE checks ADD COLUMN workflow_name TEXT;

-- A repository keeps its id when it is renamed or transferred.
CREATE TABLE repositories (
	-- GitHub's number of it.
	id INTEGER PRIMARY KEY,
	-- `owner/name` of its newest delivery; null once another repository has that name.
	name TEXT COLLATE NOCASE,
	-- What stands for it in identities and keys of claims: the first name it was known by, in lower case.
	key TEXT NOT NULL UNIQUE
) STRICT;
CREATE UNIQUE INDEX repositories_by_name ON repositories (name) WHERE name IS NOT NULL;

-- A check run may have opened the incident of a run before the run itself was delivered.
CREATE INDEX incidents_by_run ON incidents (repository, run_id) WHERE run_id IS NOT NULL;
