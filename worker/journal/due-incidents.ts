/** Ids of incidents that are due and nobody holds, longest overdue first. */
export async function dueIncidents(db: D1Database, now: number, limit: number): Promise<readonly string[]> {
	const { results } = await db
		.prepare(
			`SELECT id FROM incidents WHERE next_try_at <= ?1 AND locked_until <= ?1 AND status IN ('accepted', 'waiting')
			ORDER BY next_try_at, created_at, id LIMIT ?2`,
		)
		.bind(now, limit)
		.all<{ id: string }>();
	return results.map((row) => row.id);
}
