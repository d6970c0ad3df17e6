/** Why an incident waits that a pause holds back, word for word. */
export const PAUSED = "paused";

/** Makes every incident that a pause held back due now, and gives their ids, oldest first. */
export async function releasePaused(db: D1Database, now: number): Promise<readonly string[]> {
	const { results } = await db
		.prepare(
			`UPDATE incidents SET next_try_at = ?2 WHERE status = 'waiting' AND reason = ?1 AND next_try_at > ?2
			RETURNING id, created_at`,
		)
		.bind(PAUSED, now)
		.all<{ id: string; created_at: number }>();
	return results.toSorted((one, other) => one.created_at - other.created_at).map(({ id }) => id);
}
