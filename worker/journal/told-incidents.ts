import type { Incident } from "../../pipeline/incident.ts";
import { needStored } from "./stored-json.ts";

// More would only repeat the same: a run has as many deliveries as it has jobs.
const MOST = 100;

/** What every delivery of an incident told, first one first. */
export async function loadDeliveries(db: D1Database, id: string): Promise<readonly Incident[]> {
	const { results } = await db
		.prepare("SELECT incident FROM deliveries WHERE incident_id = ?1 ORDER BY received_at, delivery_id LIMIT ?2")
		.bind(id, MOST)
		.all<{ incident: string }>();
	return results.map((row) => needStored("deliveries.incident", row.incident, id));
}
