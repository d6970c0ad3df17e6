import type { Explanation } from "../../pipeline/explanation.ts";
import type { Incident } from "../../pipeline/incident.ts";
import type { SignalStatements } from "./signal-statements.ts";

export interface NewDelivery {
	readonly incident: Incident;
	readonly identity: string;
	readonly explanation: Explanation;
	/** When the incident, if this is its first delivery, is looked at; ms. */
	readonly due_at: number;
	readonly now: number;
}

export interface AddedDelivery {
	readonly status: "accepted" | "duplicate";
	/** What the signal is about. */
	readonly affected: readonly string[];
}

/**
 * Writes down one delivery, its incident if it is the first to tell of it, and what it tells besides as a signal: all or
 * nothing. Five deliveries of one incident make one row, whatever order or moment they come in. The signal comes behind
 * the incident's own row: an older one of the same branch is superseded by that, not by a mere failure.
 */
export async function addDelivery(
	db: D1Database,
	delivery: NewDelivery,
	signal?: SignalStatements,
): Promise<AddedDelivery> {
	const own = deliveryStatements(db, delivery);
	const results = await db.batch([...own, ...(signal?.all ?? [])]);
	return {
		status: results[0]?.meta.changes === 1 ? "accepted" : "duplicate",
		affected: signal?.affected(results.slice(own.length)) ?? [],
	};
}

function deliveryStatements(db: D1Database, delivery: NewDelivery): readonly D1PreparedStatement[] {
	const { incident, now } = delivery;
	const told = JSON.stringify(incident);
	return [
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
	];
}
