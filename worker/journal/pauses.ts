import { type AuditEntry, auditStatement } from "./audit.ts";
import { bindNamed, insertRow } from "./bind-named.ts";
import { type Query, rowQuery, rowsQuery, runQueries, runQuery } from "./query.ts";
import { defineTable, nullable, type RowOf, rowNumber, text, time } from "./table.ts";

/** At most one row: while it is active, nothing is spawned. */
export const pausesTable = defineTable("pauses", {
	/** 1. */
	id: rowNumber(),
	/** In the words of the person who paused. */
	reason: nullable(text()),
	since: time(),
	/** When it ends by itself; null: when a person resumes. */
	until: nullable(time()),
});

/** One row a repository: while it is active, nothing is spawned for it. */
export const repositoryPausesTable = defineTable("repository_pauses", {
	/** As the journal's incidents have it. */
	repository: text(),
	reason: nullable(text()),
	since: time(),
	until: nullable(time()),
});

const pauseColumns = pausesTable.omit("id");

/** A pause set by a person. */
export type StoredPause = RowOf<typeof pauseColumns>;
export type RepositoryPause = RowOf<typeof repositoryPausesTable>;

/** SQL: it has not ended. */
const isActive = (now: string) => `coalesce(until > ${now}, true)`;

/** What stops spawning: the pause of all repositories, else that of this one, if there is one. */
export async function activePause(db: D1Database, now: number, repository?: string): Promise<StoredPause | undefined> {
	return await runQuery(db, pauseQuery(db, now, repository));
}

export function pauseQuery(db: D1Database, now: number, repository?: string): Query<StoredPause | undefined> {
	const found = db.prepare(
		`SELECT ${pauseColumns.list} FROM pauses WHERE ${isActive("?1")}
		UNION ALL SELECT ${pauseColumns.list} FROM repository_pauses WHERE repository = ?2 AND ${isActive("?1")} LIMIT 1`,
	);
	return rowQuery(found.bind(now, repository ?? null));
}

/** The repositories that are paused each by itself, in the order of their names. */
export async function repositoryPauses(db: D1Database, now: number): Promise<readonly RepositoryPause[]> {
	return await runQuery(db, repositoryPausesQuery(db, now));
}

function repositoryPausesQuery(db: D1Database, now: number): Query<readonly RepositoryPause[]> {
	const found = db.prepare(
		`SELECT ${repositoryPausesTable.list} FROM repository_pauses WHERE ${isActive("?1")} ORDER BY repository`,
	);
	return rowsQuery(found.bind(now));
}

/** Every active pause, from one snapshot. */
export async function activePauses(
	db: D1Database,
	now: number,
): Promise<{ readonly all: StoredPause | undefined; readonly repositories: readonly RepositoryPause[] }> {
	return await runQueries(db, { all: pauseQuery(db, now), repositories: repositoryPausesQuery(db, now) });
}

/** A pause to start. `repository`: as the journal's incidents have it; null: all. `until`: null: until a person resumes. */
export interface NewPause {
	readonly repository: string | null;
	readonly reason: string | null;
	readonly until: number | null;
}

/** Starts a pause. An active one keeps its start, takes a newer reason, and ends when the newer one does. */
export async function startPause(
	db: D1Database,
	{ repository, reason, until }: NewPause,
	now: number,
	audit?: AuditEntry,
): Promise<void> {
	const row = { reason, since: now, until };
	const renewed = "DO UPDATE SET reason = coalesce(excluded.reason, reason), until = excluded.until";
	await db.batch([
		...deleteEnded(db, now),
		repository === null
			? insertRow(db, pausesTable, { id: 1, ...row }, { onConflict: `ON CONFLICT (id) ${renewed}` })
			: insertRow(
					db,
					repositoryPausesTable,
					{ repository, ...row },
					{ onConflict: `ON CONFLICT (repository) ${renewed}` },
				),
		...(audit === undefined ? [] : [auditStatement(db, audit, now)]),
	]);
}

/** Ends the active pause of all repositories, or of one; without one, nothing happens and nothing is audited. */
export async function endPause(
	db: D1Database,
	repository: string | null,
	audit?: { readonly entry: AuditEntry; readonly now: number },
): Promise<void> {
	const rows = repository === null ? "pauses" : "repository_pauses WHERE repository = :paused";
	const named = { paused: repository };
	const only = { where: `EXISTS (SELECT 1 FROM ${rows})`, also: named };
	await db.batch([
		...(audit === undefined ? [] : [auditStatement(db, audit.entry, audit.now, only)]),
		bindNamed(db, `DELETE FROM ${rows}`, named),
	]);
}

/** Deletes the pauses whose time is over; returns how many. */
export async function deleteEndedPauses(db: D1Database, now: number): Promise<number> {
	const deleted = await db.batch(deleteEnded(db, now));
	return deleted.reduce((sum, { meta }) => sum + meta.changes, 0);
}

function deleteEnded(db: D1Database, now: number): D1PreparedStatement[] {
	return ["pauses", "repository_pauses"].map((table) => db.prepare(`DELETE FROM ${table} WHERE until <= ?1`).bind(now));
}
