const MOST = 200;

/** Every agent, failure type and repository that an incident has; at most 200 of each. */
export async function listChoices(
	db: D1Database,
): Promise<Record<"agents" | "failure_types" | "repositories", string[]>> {
	const [agents, failure_types, repositories] = await db.batch<{ value: string }>(
		CHOICE_QUERIES.map((sql) => db.prepare(sql)),
	);
	const values = (rows: typeof agents) => rows?.results.map(({ value }) => value) ?? [];
	return { agents: values(agents), failure_types: values(failure_types), repositories: values(repositories) };
}

/** Jumps from one value to the next by the index, instead of reading all rows. */
export const CHOICE_QUERIES: readonly string[] = ["agent", "failure_type", "repository"].map(
	(column) => `WITH RECURSIVE found(value) AS (
		SELECT min(${column}) FROM incidents
		UNION ALL
		SELECT (SELECT min(${column}) FROM incidents WHERE ${column} > value) FROM found WHERE value IS NOT NULL
	) SELECT value FROM found WHERE value IS NOT NULL LIMIT ${MOST}`,
);
