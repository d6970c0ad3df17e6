import type { TakenIncident } from "./incident-row.ts";

/** Ends an incident that a filter refused once more was known. False when the row is no longer held. */
export async function cancelIncident(
	db: D1Database,
	taken: TakenIncident,
	why: {
		readonly reason: string;
		readonly explanation: string;
		readonly context: string;
		readonly pipeline: string;
		readonly now: number;
	},
): Promise<boolean> {
	const done = await db
		.prepare(
			`UPDATE incidents SET status = 'cancelled', reason = ?3, explanation = ?4, context = ?5, pipeline = ?6,
				waits_for = NULL, next_try_at = NULL, failing_since = NULL, lock = NULL, locked_until = 0, updated_at = ?7
			WHERE id = ?1 AND lock = ?2`,
		)
		.bind(taken.id, taken.lock, why.reason, why.explanation, why.context, why.pipeline, why.now)
		.run();
	return done.meta.changes === 1;
}
