import type { Incident } from "../../pipeline/incident.ts";

/**
 * Adds a delivery that a filter refused to an incident that an earlier delivery opened and nobody decided yet: what
 * it tells (a commit message with a skip marker, say) is then known when the filters are asked again.
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
