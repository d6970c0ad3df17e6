import type { Explanation } from "../../pipeline/explanation.ts";
import type { Incident } from "../../pipeline/incident.ts";

export interface NewDelivery {
	readonly incident: Incident;
	readonly identity: string;
	readonly explanation: Explanation;
	/** When the incident, if this is its first delivery, is looked at; ms. */
	readonly due_at: number;
	readonly now: number;
}

/**
 * Writes down one delivery, and its incident if it is the first to tell of it: both or neither.
 * Five deliveries of one incident make one row, whatever order or moment they come in.
 */
export async function addDelivery(db: D1Database, delivery: NewDelivery): Promise<"accepted" | "duplicate"> {
	const { incident, now } = delivery;
	const told = JSON.stringify(incident);
	const [inserted] = await db.batch([
		db
			.prepare(
				`INSERT INTO incidents (id, status, kind, event, repository, branch, run_id, identity, incident, explanation,
					pipeline, next_try_at, created_at, updated_at)
				VALUES (?1, 'accepted', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)
				ON CONFLICT (id) DO NOTHING`,
			)
			.bind(
				incident.id,
				incident.kind,
				incident.event,
				incident.repository,
				incident.branch ?? null,
				incident.run_id ?? null,
				delivery.identity.slice(0, 1024),
				told,
				JSON.stringify(delivery.explanation),
				delivery.explanation.pipeline,
				delivery.due_at,
				now,
			),
		db
			.prepare(
				`INSERT INTO deliveries (incident_id, delivery_id, event, told, received_at) VALUES (?1, ?2, ?3, ?4, ?5)
				ON CONFLICT (incident_id, delivery_id) DO UPDATE SET times = times + 1`,
			)
			.bind(incident.id, incident.delivery_id, incident.event, told, now),
	]);
	return inserted?.meta.changes === 1 ? "accepted" : "duplicate";
}
