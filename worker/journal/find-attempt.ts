import type { AttemptRow } from "./attempt-row.ts";

/** The stored decision of one attempt, if there is one. */
export async function findAttempt(db: D1Database, id: string, attempt: number): Promise<AttemptRow | undefined> {
	const row = await db
		.prepare("SELECT * FROM attempts WHERE incident_id = ?1 AND attempt = ?2")
		.bind(id, attempt)
		.first<AttemptRow>();
	return row ?? undefined;
}
