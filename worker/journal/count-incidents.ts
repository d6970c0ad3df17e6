import { INCIDENT_STATUSES, type IncidentStatus } from "./incident-status.ts";

/** How many incidents are in each state; every state is named, also those with none. */
export async function countIncidents(db: D1Database): Promise<Record<IncidentStatus, number>> {
	const { results } = await db
		.prepare("SELECT status, count(*) AS count FROM incidents GROUP BY status")
		.all<{ status: IncidentStatus; count: number }>();
	const counted = new Map(results.map((row) => [row.status, row.count]));
	return Object.fromEntries(INCIDENT_STATUSES.map((status) => [status, counted.get(status) ?? 0])) as Record<
		IncidentStatus,
		number
	>;
}
