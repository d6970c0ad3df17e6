import type { IncidentRow, LockedIncident } from "./incident-row.ts";

/** Locks an escalated incident that is due, to notify a person of it; undefined when another does, or it went on. */
export async function lockEscalation(
	db: D1Database,
	id: string,
	at: { readonly now: number; readonly lock: string; readonly locked_until: number },
): Promise<LockedIncident | undefined> {
	const row = await db
		.prepare(
			`UPDATE incidents SET lock = ?2, locked_until = ?3
			WHERE id = ?1 AND status = 'escalated' AND next_try_at <= ?4 AND locked_until <= ?4 RETURNING *`,
		)
		.bind(id, at.lock, at.locked_until, at.now)
		.first<IncidentRow>();
	return row === null ? undefined : { ...row, lock: at.lock };
}

/** Writes down where a person was told, or in a note why nobody was. It is not due any more. */
export async function recordNotified(
	db: D1Database,
	{ id, reason, updated_at }: IncidentRow,
	notified: { readonly url: string | null; readonly note: string | null; readonly now: number },
): Promise<void> {
	const whole = notified.note === null ? reason : [reason, notified.note].filter(Boolean).join("; ");
	await db.batch([
		db
			.prepare(
				`INSERT INTO transitions (incident_id, at, attempt, event, from_status, to_status, reason)
				SELECT id, ?3, attempt, 'notified', status, status, ?4 FROM incidents
				WHERE id = ?1 AND status = 'escalated' AND updated_at = ?2`,
			)
			.bind(id, updated_at, notified.now, notified.url ?? notified.note),
		db
			.prepare(
				`UPDATE incidents SET escalation_url = coalesce(?3, escalation_url), reason = ?4, next_try_at = NULL, lock = NULL,
					locked_until = 0 WHERE id = ?1 AND status = 'escalated' AND updated_at = ?2`,
			)
			.bind(id, updated_at, notified.url, whole),
	]);
}

/** Tries to tell again at that time. */
export async function retryNotification(
	db: D1Database,
	{ id, updated_at }: IncidentRow,
	again: { readonly until: number; readonly tries: number },
): Promise<void> {
	await db
		.prepare(
			`UPDATE incidents SET next_try_at = ?3, tries = ?4, lock = NULL, locked_until = 0
			WHERE id = ?1 AND status = 'escalated' AND updated_at = ?2`,
		)
		.bind(id, updated_at, again.until, again.tries)
		.run();
}
