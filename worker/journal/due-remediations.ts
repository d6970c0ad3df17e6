/**
 * Ids of remediations past their sending that have to be looked at now, longest overdue first: an outcome came, CI said
 * something, a deadline is over, a person has to be told.
 */
export async function dueRemediations(db: D1Database, now: number, limit: number): Promise<readonly string[]> {
	const { results } = await db
		.prepare(
			`SELECT id FROM incidents WHERE next_try_at <= ?1 AND locked_until <= ?1 AND status NOT IN ('accepted', 'waiting')
			ORDER BY next_try_at, created_at, id LIMIT ?2`,
		)
		.bind(now, limit)
		.all<{ id: string }>();
	return results.map((row) => row.id);
}
