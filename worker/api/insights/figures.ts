import { BY_PERSON } from "../../journal/statuses.ts";
import { DIMENSIONS, type Dimension } from "./shapes.ts";

/*
 * SQL of the tables from which all figures are counted: ?1 is the first moment counted, in milliseconds, ?2 the repository
 * or null. Each reads from an index that covers its columns: a row of the journal contains logs and prompts. `n` is a row's
 * number, which is cheaper to compare than an id.
 */

/** `began`: incidents whose first delivery arrived within the time. */
const BEGAN = `began AS MATERIALIZED (
	SELECT rowid AS n, id, created_at, lower(repository) AS repository, kind, status, fixed_by, fixed_at, run_id, agent,
		failure_type, rule
	FROM incidents INDEXED BY incidents_measured WHERE created_at >= ?1 AND (?2 IS NULL OR repository = ?2)
)`;

/** SQL: no earlier, or later, attempt of the same incident has a CodeRun that was seen. */
function noneIs(comparison: "<" | ">"): string {
	return `NOT EXISTS (
		SELECT 1 FROM attempts o INDEXED BY attempts_measured
		WHERE o.incident_id = a.incident_id AND o.attempt ${comparison} a.attempt AND o.spawned_at IS NOT NULL
	)`;
}

/** `tries`: their attempts whose CodeRun was seen; CI's result is about the push of the last one. */
const TRIES = `tries AS MATERIALIZED (
	SELECT n, a.agent, a.failure_type, a.rule, a.existed, a.was_right, a.agent_s, ${noneIs("<")} AS is_first, ${noneIs(">")} AS is_last
	FROM began CROSS JOIN attempts a INDEXED BY attempts_measured ON a.incident_id = began.id
	WHERE a.spawned_at IS NOT NULL
)`;

/**
 * `given`: those that a person gave to another agent than the rules had, with the latest choice of the rules. An incident of the
 * time has its attempts since then.
 */
const GIVEN = `given AS MATERIALIZED (
	SELECT * FROM (
		SELECT n, a.agent, a.failure_type, a.rule, a.corrected_to,
			row_number() OVER (PARTITION BY n ORDER BY a.attempt DESC) AS from_last
		FROM attempts a INDEXED BY attempts_corrected CROSS JOIN began ON began.id = a.incident_id
		WHERE a.corrected_to IS NOT NULL AND a.decided_at >= ?1
	) WHERE from_last = 1
)`;

/**
 * `routed`: one row an incident. It counts for the agent, failure type and rule of its first attempt, or, without one, of its
 * latest decision; one that a person gave to another agent counts for the rules' choice, whether that was sent or not. Which
 * agent was right is known of those that an agent fixed, and of those that a person corrected: `instead` is who was, if the
 * rules' choice was not. Where a person chose before the rules did, no rule was right or wrong. `handed_over`: another agent's
 * attempt fixed it, but the first agent's own part was green, so it was the right one; only asked where it matters, and once,
 * because each answer reads the incident's attempts.
 */
const ROUTED = `chosen AS MATERIALIZED (
	SELECT b.n, b.id, b.created_at, b.kind, b.run_id, f.n IS NOT NULL AS is_tried, b.created_at / 86400000 AS day, b.repository,
		coalesce(g.agent, f.agent, b.agent) AS agent,
		coalesce(g.failure_type, f.failure_type, b.failure_type) AS failure_type, coalesce(g.rule, f.rule, b.rule) AS rule,
		f.n IS NOT NULL AND b.status IN ('fixed', 'failed', 'escalated', 'dead') AND b.fixed_by IS NOT 'rerun' AS is_over,
		f.n IS NOT NULL AND b.status = 'fixed' AND b.fixed_by IS 'agent' AS is_fixed,
		b.status IN ('fixed', 'superseded') AND b.fixed_by IS 'rerun' AS is_flaky,
		coalesce(g.agent, f.agent) AS chosen, l.agent AS fixer, g.corrected_to,
		b.status = 'fixed' AND coalesce(g.agent, f.agent) <> l.agent AND EXISTS (
			SELECT 1 FROM attempts a INDEXED BY attempts_measured
			WHERE a.incident_id = b.id AND a.spawned_at IS NOT NULL AND a.agent = coalesce(g.agent, f.agent) AND a.was_right
		) AS handed_over,
		(b.fixed_at - b.created_at) / 1000 AS took_s
	FROM began b
	LEFT JOIN given g ON g.n = b.n
	LEFT JOIN tries f ON f.n = b.n AND f.is_first
	LEFT JOIN tries l ON l.n = b.n AND l.is_last
),
routed AS (
	SELECT *, is_fixed AND (fixer = chosen OR handed_over) AND rule <> '${BY_PERSON}' AS is_right,
		CASE WHEN is_fixed THEN fixer <> chosen AND NOT handed_over AND rule <> '${BY_PERSON}'
			ELSE corrected_to IS NOT NULL AND NOT is_flaky END AS is_corrected,
		iif(is_fixed, fixer, corrected_to) AS instead
	FROM chosen
)`;

export const WITH_ROUTED = `WITH ${BEGAN}, ${TRIES}, ${GIVEN}, ${ROUTED}`;

/** `again`: CI incidents with a CodeRun for a run for which an earlier incident had one, unless it was split off from that. */
const AGAIN = `again AS MATERIALIZED (
	SELECT n FROM (
		SELECT n, row_number() OVER (PARTITION BY repository, run_id ORDER BY created_at, id) AS place FROM chosen
		WHERE kind = 'ci' AND run_id IS NOT NULL AND is_tried
	) WHERE place > 1 AND NOT EXISTS (
		SELECT 1 FROM incidents i WHERE i.rowid = n AND json_valid(i.incident) AND i.incident ->> '$.part.of' IS NOT NULL
	)
)`;

/**
 * `measured`: adds the number of deliveries that neither made the incident nor opened it again, and whether a pause deferred
 * it.
 */
const WITH_MEASURED = `${WITH_ROUTED}, ${AGAIN}, measured AS MATERIALIZED (
	SELECT *, n IN (SELECT n FROM again) AS is_duplicate,
		max(0, (SELECT total(times) FROM deliveries d WHERE d.incident_id = routed.id) - 1
			- (SELECT count(*) FROM transitions t WHERE t.incident_id = routed.id AND t.event = 'reopened')) AS repeats,
		EXISTS (SELECT 1 FROM transitions t WHERE t.incident_id = routed.id AND t.event = 'paused') AS was_paused
	FROM routed
)`;

/** The target of the median time to fix. */
export const IN_TIME_S = 15 * 60;

/** The incidents counted: created at `since` (milliseconds) or later, of one repository or of all. */
export interface Counted {
	readonly since: number;
	readonly repository: string | null;
}

/** The counts of one agent, rule and so on; of everything if `dimension` is `total`. */
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
	/** How many of those were fixed within `IN_TIME_S`. */
	readonly in_time: number;
	readonly p50_s: number | null;
	readonly p90_s: number | null;
	/** How long the CodeRuns took together, and of how many of them that is known. */
	readonly agent_s: number;
	readonly agent_timed: number;
}

/** All counts in one statement; groups without any have no row. */
export async function countFigures(db: D1Database, { since, repository }: Counted): Promise<readonly Counts[]> {
	const { results } = await db.prepare(COUNT_FIGURES).bind(since, repository).all<Counts>();
	return results;
}

/** The rows of every dimension, one SELECT each: in groups of three, because D1 allows five terms of a compound SELECT. */
function forEach(select: (name: Counts["dimension"], value: string) => string): string {
	const all = (["total", ...DIMENSIONS] as const).map((name) => select(name, name === "total" ? "''" : name));
	return `SELECT * FROM (${all.slice(0, 3).join(" UNION ALL ")}) UNION ALL SELECT * FROM (${all.slice(3).join(" UNION ALL ")})`;
}

/** Percentiles are by nearest rank: the smallest time that at least that share of the times does not exceed. */
export const COUNT_FIGURES = `${WITH_MEASURED},
tried AS MATERIALIZED (
	SELECT t.n, t.agent, t.failure_type, t.rule, t.existed, t.agent_s, m.repository, m.day, is_over, is_fixed AND (is_last OR was_right) AS is_fixer,
		is_fixed AND is_last AND NOT was_paused AS is_timed, took_s
	FROM tries t CROSS JOIN measured m ON m.n = t.n
),
timed AS MATERIALIZED (SELECT * FROM tried WHERE is_timed ORDER BY took_s),
of_incidents AS (${forEach(
	(name, value) => `
	SELECT '${name}' AS dimension, ${value} AS value, count(*) AS incidents, sum(repeats) AS repeats,
		sum(is_duplicate) AS made, sum(is_right) AS right, sum(is_corrected) AS corrected,
		sum(is_flaky) AS flaky
	FROM measured GROUP BY ${value}`,
)}),
of_attempts AS (${forEach(
	(name, value) => `
	SELECT '${name}' AS dimension, ${value} AS value, count(*) AS attempts, sum(existed) AS existed, sum(agent_s) AS agent_s, count(agent_s) AS agent_timed,
		count(DISTINCT iif(is_over, n, NULL)) AS remediations, count(DISTINCT iif(is_fixer, n, NULL)) AS fixed
	FROM tried GROUP BY ${value}`,
)}),
of_times AS (${forEach(
	(name, value) => `
	SELECT '${name}' AS dimension, value, count(*) AS timed, sum(took_s < ${IN_TIME_S}) AS in_time,
		min(iif(rank * 100 >= of * 50, took_s, NULL)) AS p50_s,
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
	coalesce(fixed, 0) AS fixed, coalesce(timed, 0) AS timed, coalesce(in_time, 0) AS in_time, p50_s, p90_s,
	coalesce(agent_s, 0) AS agent_s, coalesce(agent_timed, 0) AS agent_timed
FROM of_incidents FULL JOIN of_attempts USING (dimension, value) LEFT JOIN of_times USING (dimension, value)
WHERE value IS NOT NULL`;
