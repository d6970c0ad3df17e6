import type { Explanation } from "../../pipeline/explanation.ts";
import type { Incident } from "../../pipeline/incident.ts";
import { storable } from "../../pipeline/stages/clean-text.ts";
import { needStored } from "./stored-json.ts";

export interface NewDelivery {
	readonly incident: Incident;
	readonly identity: string;
	readonly explanation: Explanation;
	/** When the incident is due, if this is its first delivery; ms. */
	readonly due_at: number;
	readonly now: number;
	/** When it arrived; differs from `now` if it waited in the queue. */
	readonly received_at?: number;
}

/** Inserts one delivery; `accepted` if it is the first of its incident. */
export async function addDelivery(
	db: D1Database,
	delivery: NewDelivery,
): Promise<{ readonly status: "accepted" | "duplicate" }> {
	const [incident] = await db.batch([...deliveryStatements(db, delivery)]);
	return { status: incident?.meta.changes === 1 ? "accepted" : "duplicate" };
}

/**
 * Inserts the incident, if this is its first delivery, then the delivery. Five deliveries of one incident make one row, in
 * any order and also at the same time. The same arrival, written twice, counts once.
 */
export function deliveryStatements(db: D1Database, delivery: NewDelivery): readonly D1PreparedStatement[] {
	const { incident, now, received_at = now } = delivery;
	const json = JSON.stringify(incident);
	return [
		db
			.prepare(
				`INSERT INTO incidents (id, status, kind, event, repository, branch, run_id, identity, incident, explanation,
					pipeline, next_try_at, created_at, updated_at)
				VALUES (?1, 'accepted', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
				ON CONFLICT (id) DO NOTHING`,
			)
			.bind(
				incident.id,
				incident.kind,
				incident.event,
				incident.repository,
				incident.branch ?? null,
				incident.run_id ?? null,
				storable(delivery.identity.slice(0, 1024)),
				json,
				JSON.stringify(delivery.explanation),
				delivery.explanation.pipeline,
				delivery.due_at,
				received_at,
				now,
			),
		db
			.prepare(
				`INSERT INTO deliveries (incident_id, delivery_id, event, incident, received_at) VALUES (?1, ?2, ?3, ?4, ?5)
				ON CONFLICT (incident_id, delivery_id) DO UPDATE SET times = times + 1
				WHERE received_at <> excluded.received_at`,
			)
			.bind(incident.id, incident.delivery_id, incident.event, json, received_at),
	];
}

/**
 * Adds a delivery that a filter refused to an incident that is open but not decided. Its fields, such as a commit message
 * with a skip marker, then count when the filters run again.
 */
export function refusedDeliveryStatement(db: D1Database, incident: Incident, received_at: number): D1PreparedStatement {
	return db
		.prepare(
			`INSERT INTO deliveries (incident_id, delivery_id, event, incident, received_at)
			SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM incidents WHERE id = ?1 AND agent IS NULL)
			ON CONFLICT (incident_id, delivery_id) DO UPDATE SET times = times + 1
			WHERE received_at <> excluded.received_at`,
		)
		.bind(incident.id, incident.delivery_id, incident.event, JSON.stringify(incident), received_at);
}

// A run has as many deliveries as it has jobs; more than this would only repeat the same fields.
const MOST = 100;

/** The parsed deliveries of an incident, oldest first. */
export async function loadDeliveries(db: D1Database, id: string): Promise<readonly Incident[]> {
	const { results } = await db
		.prepare("SELECT incident FROM deliveries WHERE incident_id = ?1 ORDER BY received_at, delivery_id LIMIT ?2")
		.bind(id, MOST)
		.all<{ incident: string }>();
	return results.map((row) => needStored("deliveries.incident", row.incident, id));
}
