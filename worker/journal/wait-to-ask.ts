import type { IncidentRow } from "./incident-row.ts";

/** The relay is asked about the present attempt's CodeRun then, and not before. */
export async function scheduleStatusQuery(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
	at: number,
): Promise<void> {
	await db
		.prepare("UPDATE attempts SET ask_at = ?3 WHERE incident_id = ?1 AND attempt = ?2")
		.bind(id, attempt, at)
		.run();
}

/**
 * Has the relay asked now about every CodeRun that counts as running: for the start of a hub, whose journal may have been
 * restored, so that what ended since is learnt at once.
 */
export async function queryRunning(db: D1Database, now: number): Promise<void> {
	await db.batch([
		db
			.prepare(
				`UPDATE attempts SET ask_at = ?1 WHERE outcome IS NULL AND (incident_id, attempt) IN (
					SELECT id, attempt FROM incidents WHERE status = 'running'
				)`,
			)
			.bind(now),
		db.prepare("UPDATE incidents SET next_try_at = ?1 WHERE status = 'running'").bind(now),
	]);
}
