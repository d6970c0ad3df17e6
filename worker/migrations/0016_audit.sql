-- The audit trail: who did what, and when.
CREATE TABLE audit (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	-- A person's e-mail address or login, or what kind of token it was.
	who TEXT NOT NULL,
	-- How that was proved: comment is a comment that GitHub signed.
	proof TEXT NOT NULL CHECK (proof IN ('token', 'access', 'loopback', 'comment')),
	-- The first 8 hex digits of the token's SHA-256, to tell tokens apart.
	token TEXT,
	-- push, rollback, pause, resume, release, retry, stop, fix.
	action TEXT NOT NULL,
	-- An incident's id, a pipeline's version, or a pull request as owner/name#number. It may be gone already.
	target TEXT,
	detail TEXT
) STRICT;
CREATE INDEX audit_by_age ON audit (at);
CREATE INDEX audit_by_target ON audit (target, at) WHERE target IS NOT NULL;
