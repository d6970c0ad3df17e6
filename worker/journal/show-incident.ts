import type { AttemptRow } from "./attempt-row.ts";
import type { IncidentRow } from "./incident-row.ts";
import type { IncidentStatus } from "./incident-status.ts";

export interface DeliveryRow {
	readonly delivery_id: string;
	readonly event: string;
	readonly received_at: number;
}

/** One step of its life; `to_status` is null where the state machine had no place for it. */
export interface TransitionRow {
	readonly at: number;
	readonly attempt: number;
	readonly event: string;
	readonly from_status: IncidentStatus;
	readonly to_status: IncidentStatus | null;
	readonly reason: string | null;
}

export interface ShownRows {
	readonly incident: IncidentRow;
	readonly attempts: readonly AttemptRow[];
	readonly deliveries: readonly DeliveryRow[];
	readonly timeline: readonly TransitionRow[];
}

/** One incident with all that the journal knows about it, from one moment. */
export async function showIncident(db: D1Database, id: string): Promise<ShownRows | undefined> {
	const [incidents, attempts, deliveries, timeline] = await db.batch([
		db.prepare("SELECT * FROM incidents WHERE id = ?1").bind(id),
		db.prepare("SELECT * FROM attempts WHERE incident_id = ?1 ORDER BY attempt").bind(id),
		db
			.prepare(
				`SELECT delivery_id, event, received_at FROM deliveries WHERE incident_id = ?1
				ORDER BY received_at, delivery_id LIMIT 1000`,
			)
			.bind(id),
		db
			.prepare(
				`SELECT at, attempt, event, from_status, to_status, reason FROM transitions WHERE incident_id = ?1
				ORDER BY id LIMIT 1000`,
			)
			.bind(id),
	]);
	const incident = incidents?.results[0];
	if (incident === undefined) return undefined;
	return {
		incident: incident as IncidentRow,
		attempts: (attempts?.results ?? []) as AttemptRow[],
		deliveries: (deliveries?.results ?? []) as DeliveryRow[],
		timeline: (timeline?.results ?? []) as TransitionRow[],
	};
}
