import type { IncidentRow } from "./incident-row.ts";

export interface QueuedAhead {
	readonly id: string;
	readonly blocked_on: string;
	readonly next_try_at: number;
}

/**
 * The oldest incident, older than this one, that waits for one of the same things: a new one queues behind it
 * (DESIGN section 5.7). Ages are totally ordered, so nobody waits in a circle.
 */
export async function nextInQueue(
	db: D1Database,
	row: Pick<IncidentRow, "id" | "created_at">,
	targets: readonly string[],
): Promise<QueuedAhead | undefined> {
	if (targets.length === 0) return undefined;
	const places = targets.map((_, index) => `?${index + 3}`).join(", ");
	const first = await db
		.prepare(
			`SELECT id, blocked_on, next_try_at FROM incidents
			WHERE blocked_on IN (${places}) AND status = 'waiting' AND (created_at, id) < (?1, ?2)
			ORDER BY created_at, id LIMIT 1`,
		)
		.bind(row.created_at, row.id, ...targets)
		.first<QueuedAhead>();
	return first ?? undefined;
}
