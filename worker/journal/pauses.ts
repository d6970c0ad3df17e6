import { type AuditEntry, auditStatement } from "./audit.ts";
import { insertRow } from "./bind-named.ts";
import { type Query, rowQuery, runQuery } from "./query.ts";
import { defineTable, nullable, type RowOf, rowNumber, text, time } from "./table.ts";

/** At most one row: while it exists, nothing is spawned. */
export const pausesTable = defineTable("pauses", {
	/** 1. */
	id: rowNumber(),
	/** In the words of the person who paused. */
	reason: nullable(text()),
	since: time(),
});

const pauseColumns = pausesTable.omit("id");

/** A pause set by a person. */
export type StoredPause = RowOf<typeof pauseColumns>;

/** The active pause, if there is one. */
export async function activePause(db: D1Database): Promise<StoredPause | undefined> {
	return await runQuery(db, pauseQuery(db));
}

export function pauseQuery(db: D1Database): Query<StoredPause | undefined> {
	return rowQuery(db.prepare(`SELECT ${pauseColumns.list} FROM pauses`));
}

/** Starts a pause. An active one keeps its start, and takes a newer reason. */
export async function startPause(
	db: D1Database,
	reason: string | null,
	now: number,
	audit?: AuditEntry,
): Promise<void> {
	const onConflict = "ON CONFLICT (id) DO UPDATE SET reason = coalesce(excluded.reason, reason)";
	await db.batch([
		insertRow(db, pausesTable, { id: 1, reason, since: now }, { onConflict }),
		...(audit === undefined ? [] : [auditStatement(db, audit, now)]),
	]);
}

/** Ends the active pause; without one, nothing happens and nothing is audited. */
export async function endPause(
	db: D1Database,
	audit?: { readonly entry: AuditEntry; readonly now: number },
): Promise<void> {
	const isPaused = "EXISTS (SELECT 1 FROM pauses)";
	await db.batch([
		...(audit === undefined ? [] : [auditStatement(db, audit.entry, audit.now, { where: isPaused })]),
		db.prepare("DELETE FROM pauses"),
	]);
}
