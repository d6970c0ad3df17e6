/**
 * Makes the oldest incident that waits for each of these things due now, and gives their ids. Those behind it are
 * woken in their turn, when it has gone on.
 */
export async function wakeWaiting(db: D1Database, targets: readonly string[], now: number): Promise<readonly string[]> {
	if (targets.length === 0) return [];
	const woken = await db.batch<{ id: string }>(
		targets.map((target) =>
			db
				.prepare(
					`UPDATE incidents SET next_try_at = max(coalesce(not_before, 0), min(next_try_at, ?2)) WHERE id = (
						SELECT id FROM incidents WHERE blocked_on = ?1 AND status = 'waiting' ORDER BY created_at, id LIMIT 1
					) RETURNING id`,
				)
				.bind(target, now),
		),
	);
	return [...new Set(woken.flatMap(({ results }) => results.map((row) => row.id)))];
}
