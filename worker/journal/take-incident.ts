import type { IncidentRow, LockedIncident } from "./incident-row.ts";

// A wake-up may come a little before its time: clocks of the queue and of the row differ.
const EARLY_MS = 500;

/** Locks an incident that nobody holds, whatever its state, until `locked_until`; undefined when somebody does. */
export async function lockIncident(
	db: D1Database,
	id: string,
	at: { readonly now: number; readonly lock: string; readonly locked_until: number },
): Promise<LockedIncident | undefined> {
	const row = await db
		.prepare("UPDATE incidents SET lock = ?2, locked_until = ?3 WHERE id = ?1 AND locked_until <= ?4 RETURNING *")
		.bind(id, at.lock, at.locked_until, at.now)
		.first<IncidentRow>();
	return row === null ? undefined : { ...row, lock: at.lock };
}

/** Whether it has to be sent, and that now. */
export function isDueToSend({ status, next_try_at }: IncidentRow, now: number): boolean {
	if (status !== "accepted" && status !== "waiting") return false;
	return next_try_at !== null && next_try_at <= now + EARLY_MS;
}

/** Keeps a row for longer; false when another has taken it meanwhile. */
export async function extendLock(db: D1Database, locked: LockedIncident, lockedUntil: number): Promise<boolean> {
	const done = await db
		.prepare("UPDATE incidents SET locked_until = ?3 WHERE id = ?1 AND lock = ?2 AND status IN ('accepted', 'waiting')")
		.bind(locked.id, locked.lock, lockedUntil)
		.run();
	return done.meta.changes === 1;
}

/** Gives a row back that there was nothing to do about. */
export async function releaseIncidentLock(db: D1Database, { id, lock }: LockedIncident): Promise<void> {
	await db
		.prepare("UPDATE incidents SET lock = NULL, locked_until = 0 WHERE id = ?1 AND lock = ?2")
		.bind(id, lock)
		.run();
}

/** Frees every row: for the start of the one process that could hold them. */
export async function releaseLocks(db: D1Database): Promise<void> {
	await db.prepare("UPDATE incidents SET lock = NULL, locked_until = 0 WHERE lock IS NOT NULL").run();
}
