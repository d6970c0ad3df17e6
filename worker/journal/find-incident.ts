import type { IncidentRow } from "./incident-row.ts";

/** One incident's row. */
export async function findIncident(db: D1Database, id: string): Promise<IncidentRow | undefined> {
	return (await db.prepare("SELECT * FROM incidents WHERE id = ?1").bind(id).first<IncidentRow>()) ?? undefined;
}
