import { redactText } from "../../pipeline/redaction/redact-text.ts";
import { type IncidentRow, incidentsTable, type LockedIncident } from "./incidents.ts";
import { type LockRequest, lockRow } from "./lock-row.ts";
import { type Query, runQuery } from "./query.ts";
import { IS_UNENDED, IS_UNSENT } from "./state-machine.ts";
import type { DueKey } from "./stored-json.ts";
import type { RowOf } from "./table.ts";

// A wake-up may come slightly early: the queue's clock and the row's differ.
const EARLY_MS = 500;

/** Locks an incident alone, whatever its state; undefined if it is locked. */
export async function lockIncident(db: D1Database, id: string, at: LockRequest): Promise<LockedIncident | undefined> {
	return await lockRow(db, incidentsTable, incidentsTable, { where: "id = :id", key: { id }, at });
}

/** Whether it is due to be sent. */
export function isDueToSend({ status, next_try_at }: IncidentRow, now: number): boolean {
	if (status !== "accepted" && status !== "waiting") return false;
	return next_try_at !== null && next_try_at <= now + EARLY_MS;
}

/** Extends the lock; false if another consumer has it meanwhile. */
export async function extendLock(db: D1Database, locked: LockedIncident, lockedUntil: number): Promise<boolean> {
	return await runQuery(db, extendQuery(db, locked, lockedUntil));
}

export function extendQuery(db: D1Database, locked: LockedIncident, lockedUntil: number): Query<boolean> {
	const statement = db
		.prepare(`UPDATE incidents SET locked_until = ?3 WHERE id = ?1 AND lock = ?2 AND ${IS_UNSENT}`)
		.bind(locked.id, locked.lock, lockedUntil);
	return { statements: [statement], read: ([done]) => done?.meta.changes === 1 };
}

/** Releases the lock without a change. */
export async function releaseIncidentLock(db: D1Database, { id, lock }: LockedIncident): Promise<void> {
	await db
		.prepare("UPDATE incidents SET lock = NULL, locked_until = 0 WHERE id = ?1 AND lock = ?2")
		.bind(id, lock)
		.run();
}

/** Releases all locks, at the start of the only process that can hold them. */
export async function releaseLocks(db: D1Database): Promise<void> {
	await db.prepare("UPDATE incidents SET lock = NULL, locked_until = 0 WHERE lock IS NOT NULL").run();
}

/** `sending`: due to be sent. `following`: sent, and an outcome, a CI result, a deadline or a notification is due. */
export type DueFor = "sending" | "following";

/** Due and unlocked incidents, those of the lowest rank first, then longest overdue, starting behind `after`. */
export async function dueIncidents(
	db: D1Database,
	due: DueFor,
	{ now, limit, after }: { readonly now: number; readonly limit: number; readonly after?: DueKey | undefined },
): Promise<readonly DueKey[]> {
	const unsent = "('accepted', 'waiting')";
	const { results } = await db
		.prepare(
			`SELECT queue_rank, next_try_at, created_at, id FROM incidents
			WHERE next_try_at <= ?1 AND locked_until <= ?1 AND status ${due === "sending" ? "IN" : "NOT IN"} ${unsent}
				AND (queue_rank, next_try_at, created_at, id) > (?3, ?4, ?5, ?6)
			ORDER BY queue_rank, next_try_at, created_at, id LIMIT ?2`,
		)
		.bind(now, limit, after?.queue_rank ?? -1, after?.next_try_at ?? -1, after?.created_at ?? -1, after?.id ?? "")
		.all<DueKey>();
	return results;
}

const stuckColumns = incidentsTable.pick("id", "status", "attempt");

export type StuckIncident = RowOf<typeof stuckColumns>;

/** Makes active incidents due that have no due time and no change since `before`; returns them. */
export async function makeStuckDue(
	db: D1Database,
	{ now, before, limit }: { readonly now: number; readonly before: number; readonly limit: number },
): Promise<readonly StuckIncident[]> {
	const { results } = await db
		.prepare(
			`UPDATE incidents SET next_try_at = ?1 WHERE id IN (
				SELECT id FROM incidents INDEXED BY incidents_stuck
				WHERE next_try_at IS NULL AND ${IS_UNENDED}
					AND updated_at < ?2 AND locked_until <= ?1
				ORDER BY updated_at LIMIT ?3
			) RETURNING ${stuckColumns.list}`,
		)
		.bind(now, before, limit)
		.all<StuckIncident>();
	return results;
}

/**
 * Sets when an incident whose CodeRun was seen is processed again (null: not by itself), and releases the lock. The state
 * stays. While it is active, its reason says what is wrong.
 */
export async function reschedule(
	db: D1Database,
	{ id, lock }: LockedIncident,
	off: {
		readonly reason: string;
		readonly next_try_at: number | null;
		readonly failing_since: number | null;
		readonly tries: number;
	},
): Promise<boolean> {
	const done = await db
		.prepare(
			`UPDATE incidents SET next_try_at = ?3, failing_since = ?4, tries = ?5, lock = NULL, locked_until = 0,
				reason = CASE WHEN status IN ('running', 'awaiting_ci', 'awaiting_merge') THEN ?6 ELSE reason END
			WHERE id = ?1 AND lock = ?2`,
		)
		.bind(id, lock, off.next_try_at, off.failing_since, off.tries, redactText(off.reason))
		.run();
	return done.meta.changes === 1;
}
