import type { AttemptRow } from "./attempt-row.ts";
import type { IncidentRow } from "./incident-row.ts";

export interface DeliveryRow {
	readonly delivery_id: string;
	readonly event: string;
	readonly received_at: number;
}

export interface ShownIncident {
	readonly incident: IncidentRow;
	readonly attempts: readonly AttemptRow[];
	readonly deliveries: readonly DeliveryRow[];
}

/** One incident with all that the journal knows about it, from one moment. */
export async function showIncident(db: D1Database, id: string): Promise<ShownIncident | undefined> {
	const [incidents, attempts, deliveries] = await db.batch([
		db.prepare("SELECT * FROM incidents WHERE id = ?1").bind(id),
		db.prepare("SELECT * FROM attempts WHERE incident_id = ?1 ORDER BY attempt").bind(id),
		db
			.prepare(
				`SELECT delivery_id, event, received_at FROM deliveries WHERE incident_id = ?1
				ORDER BY received_at, delivery_id LIMIT 1000`,
			)
			.bind(id),
	]);
	const incident = incidents?.results[0];
	if (incident === undefined) return undefined;
	return {
		incident: incident as IncidentRow,
		attempts: (attempts?.results ?? []) as AttemptRow[],
		deliveries: (deliveries?.results ?? []) as DeliveryRow[],
	};
}
