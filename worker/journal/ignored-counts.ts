/** Adds to the day's counts, in one batch. `day` is `2026-11-22`, UTC. */
export async function addIgnored(db: D1Database, day: string, counts: ReadonlyMap<string, number>): Promise<void> {
	if (counts.size === 0) return;
	await db.batch(
		[...counts].map(([reason, count]) =>
			db
				.prepare(
					`INSERT INTO ignored (day, reason, count) VALUES (?1, ?2, ?3)
					ON CONFLICT (day, reason) DO UPDATE SET count = count + excluded.count`,
				)
				.bind(day, reason, count),
		),
	);
}

/** Ignored deliveries by the kind of reason, over all days kept. */
export async function countIgnored(db: D1Database): Promise<Record<string, number>> {
	const { results } = await db
		.prepare("SELECT reason, sum(count) AS count FROM ignored GROUP BY reason ORDER BY reason")
		.all<{ reason: string; count: number }>();
	return Object.fromEntries(results.map((row) => [row.reason, row.count]));
}
