import { WITH_MEASURED } from "./measured.ts";
import { DIMENSIONS, type Dimension } from "./shapes.ts";

/** What is counted: incidents that began at `since` (milliseconds) or later, of one repository or of all. */
export interface Counted {
	readonly since: number;
	readonly repository: string | null;
}

/** The counts of one agent, rule and so on; of everything, where `dimension` is `total`. */
export interface Counts {
	readonly dimension: Dimension | "total";
	/** Days are counted since 1970. */
	readonly value: string | number;
	readonly incidents: number;
	readonly prevented: number;
	readonly made: number;
	readonly right: number;
	readonly corrected: number;
	readonly flaky: number;
	readonly attempts: number;
	readonly remediations: number;
	readonly fixed: number;
	readonly timed: number;
	readonly p50_s: number | null;
	readonly p90_s: number | null;
}

/** All counts in one statement; what did not happen has no row. */
export async function countFigures(db: D1Database, { since, repository }: Counted): Promise<readonly Counts[]> {
	const { results } = await db.prepare(COUNT_FIGURES).bind(since, repository).all<Counts>();
	return results;
}

/** The rows of every dimension, one SELECT for each: in threes, since D1 takes five terms in a row at most. */
function forEach(select: (name: Counts["dimension"], value: string) => string): string {
	const all = (["total", ...DIMENSIONS] as const).map((name) => select(name, name === "total" ? "''" : name));
	return `SELECT * FROM (${all.slice(0, 3).join(" UNION ALL ")}) UNION ALL SELECT * FROM (${all.slice(3).join(" UNION ALL ")})`;
}

/** Percentiles are by nearest rank: the smallest time that at least so many in a hundred did not exceed. */
export const COUNT_FIGURES = `${WITH_MEASURED},
tried AS MATERIALIZED (
	SELECT t.n, t.agent, t.failure_type, t.rule, t.existed, m.repository, m.day, is_over, is_fixed AND is_last AS is_fixer,
		is_fixed AND is_last AND NOT was_paused AS is_timed, took_s
	FROM tries t CROSS JOIN measured m ON m.n = t.n
),
timed AS MATERIALIZED (SELECT * FROM tried WHERE is_timed ORDER BY took_s),
of_incidents AS (${forEach(
	(name, value) => `
	SELECT '${name}' AS dimension, ${value} AS value, count(*) AS incidents, sum(repeats) AS repeats,
		sum(is_duplicate) AS made, sum(is_fixed AND fixer = chosen) AS right, sum(is_fixed AND fixer <> chosen) AS corrected,
		sum(is_flaky) AS flaky
	FROM measured GROUP BY ${value}`,
)}),
of_attempts AS (${forEach(
	(name, value) => `
	SELECT '${name}' AS dimension, ${value} AS value, count(*) AS attempts, sum(existed) AS existed,
		count(DISTINCT iif(is_over, n, NULL)) AS remediations, sum(is_fixer) AS fixed
	FROM tried GROUP BY ${value}`,
)}),
of_times AS (${forEach(
	(name, value) => `
	SELECT '${name}' AS dimension, value, count(*) AS timed, min(iif(rank * 100 >= of * 50, took_s, NULL)) AS p50_s,
		min(iif(rank * 100 >= of * 90, took_s, NULL)) AS p90_s
	FROM (
		SELECT ${value} AS value, took_s, row_number() OVER (PARTITION BY ${value} ORDER BY took_s) AS rank,
			count(*) OVER (PARTITION BY ${value}) AS of
		FROM timed
	) GROUP BY value`,
)})
SELECT dimension, value, coalesce(incidents, 0) AS incidents, coalesce(repeats, 0) + coalesce(existed, 0) AS prevented,
	coalesce(made, 0) AS made, coalesce(right, 0) AS right, coalesce(corrected, 0) AS corrected,
	coalesce(flaky, 0) AS flaky, coalesce(attempts, 0) AS attempts, coalesce(remediations, 0) AS remediations,
	coalesce(fixed, 0) AS fixed, coalesce(timed, 0) AS timed, p50_s, p90_s
FROM of_incidents FULL JOIN of_attempts USING (dimension, value) LEFT JOIN of_times USING (dimension, value)
WHERE value IS NOT NULL`;
