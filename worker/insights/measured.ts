import { PAUSED } from "../journal/release-paused.ts";

/*
 * The tables that all figures are counted from, as SQL: ?1 is the first moment counted, in milliseconds, ?2 the
 * repository or null. Each is read from an index that has all that is asked of it: a row of the journal carries logs and
 * prompts with it. `n` is a row's number, which is cheaper to compare than an id.
 */

/** `began`: incidents whose first delivery came within the time. */
const BEGAN = `began AS MATERIALIZED (
	SELECT rowid AS n, id, created_at, lower(repository) AS repository, kind, status, fixed_by, fixed_at, run_id, agent, failure_type, rule
	FROM incidents INDEXED BY incidents_measured WHERE created_at >= ?1 AND (?2 IS NULL OR repository = ?2)
)`;

/** SQL: no other attempt of the same incident had its CodeRun seen before, or after. */
function noneIs(comparison: "<" | ">"): string {
	return `NOT EXISTS (
		SELECT 1 FROM attempts o INDEXED BY attempts_measured
		WHERE o.incident_id = a.incident_id AND o.attempt ${comparison} a.attempt AND o.spawned_at IS NOT NULL
	)`;
}

/** `tries`: their attempts whose CodeRun was seen; the newest one is whose push CI spoke about. */
const TRIES = `tries AS MATERIALIZED (
	SELECT n, a.agent, a.failure_type, a.rule, a.existed, ${noneIs("<")} AS is_first, ${noneIs(">")} AS is_last
	FROM began CROSS JOIN attempts a INDEXED BY attempts_measured ON a.incident_id = began.id
	WHERE a.spawned_at IS NOT NULL
)`;

/**
 * `routed`: one row an incident. It belongs to the agent, failure type and rule of its first attempt, before that to
 * those of its latest decision.
 */
const ROUTED = `routed AS (
	SELECT b.n, b.id, b.created_at, b.created_at / 86400000 AS day, b.repository, coalesce(f.agent, b.agent) AS agent,
		coalesce(f.failure_type, b.failure_type) AS failure_type, coalesce(f.rule, b.rule) AS rule,
		f.n IS NOT NULL AND b.status IN ('fixed', 'failed', 'escalated', 'dead') AND b.fixed_by IS NOT 'rerun' AS is_over,
		f.n IS NOT NULL AND b.status = 'fixed' AND b.fixed_by IS 'agent' AS is_fixed,
		b.status IN ('fixed', 'superseded') AND b.fixed_by IS 'rerun' AS is_flaky,
		f.agent AS chosen, l.agent AS fixer, (b.fixed_at - b.created_at) / 1000 AS took_s
	FROM began b
	LEFT JOIN tries f ON f.n = b.n AND f.is_first
	LEFT JOIN tries l ON l.n = b.n AND l.is_last
)`;

export const WITH_ROUTED = `WITH ${BEGAN}, ${TRIES}, ${ROUTED}`;

/** `again`: incidents of CI with a CodeRun for a run that an earlier one had a CodeRun for. */
const AGAIN = `again AS MATERIALIZED (
	SELECT n FROM (
		SELECT n, row_number() OVER (PARTITION BY repository, run_id ORDER BY created_at, id) AS place FROM began
		WHERE kind = 'ci' AND run_id IS NOT NULL AND n IN (SELECT n FROM tries WHERE is_first)
	) WHERE place > 1
)`;

/** `measured`: besides, how many deliveries came after the first, and whether a pause held it back. */
export const WITH_MEASURED = `${WITH_ROUTED}, ${AGAIN}, measured AS MATERIALIZED (
	SELECT *, n IN (SELECT n FROM again) AS is_duplicate,
		max(0, (SELECT total(times) FROM deliveries d WHERE d.incident_id = routed.id) - 1) AS repeats,
		EXISTS (SELECT 1 FROM transitions t WHERE t.incident_id = routed.id AND t.reason = '${PAUSED}') AS was_paused
	FROM routed
)`;
