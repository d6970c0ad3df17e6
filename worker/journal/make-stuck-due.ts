import type { IncidentStatus } from "./incident-status.ts";

export interface StuckIncident {
	readonly id: string;
	readonly status: IncidentStatus;
	readonly attempt: number;
}

/** Makes active incidents due that nothing is due for and that nobody changed since `before`; gives which. */
export async function makeStuckDue(
	db: D1Database,
	{ now, before, limit }: { readonly now: number; readonly before: number; readonly limit: number },
): Promise<readonly StuckIncident[]> {
	const { results } = await db
		.prepare(
			`UPDATE incidents SET next_try_at = ?1 WHERE id IN (
				SELECT id FROM incidents INDEXED BY incidents_stuck
				WHERE next_try_at IS NULL AND status IN ('accepted', 'waiting', 'running', 'awaiting_ci')
					AND updated_at < ?2 AND locked_until <= ?1
				ORDER BY updated_at LIMIT ?3
			) RETURNING id, status, attempt`,
		)
		.bind(now, before, limit)
		.all<StuckIncident>();
	return results;
}
