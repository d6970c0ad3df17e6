import { ADD_TO_COUNTERS, countersTable } from "./counters.ts";
import { defineTable, integer, text, withDefault } from "./table.ts";

/** Up to which row a table was counted. */
export const countedTable = defineTable("counted", {
	source: text<"transitions" | "attempts">(),
	/** The last counted row's number. */
	until: integer(),
	/** The last row of the count in progress. */
	next: withDefault(integer()),
});

/** Upper bounds of buckets, in seconds. */
export const BUCKETS = {
	healer_incident_decision_seconds: [1, 2, 5, 10, 30, 60, 120, 300, 900, 3_600],
	healer_incident_coderun_seconds: [2, 5, 10, 30, 60, 120, 300, 900, 3_600, 21_600, 86_400],
	healer_incident_fix_seconds: [60, 300, 600, 900, 1_800, 3_600, 10_800, 21_600, 86_400, 259_200, 604_800],
} as const;
type Histogram = keyof typeof BUCKETS;

/** The most rows of each table that one call counts: what is left is counted a minute later. */
const MOST = 5_000;

/**
 * Counts what was added to `transitions` and `attempts` since the last call, in one transaction: each row once, also if two
 * callers do it at the same time. Reads the new rows alone, by their numbers, which grow (https://www.sqlite.org/autoinc.html);
 * after the newest row was deleted they go on below it.
 */
export async function countSteps(db: D1Database): Promise<void> {
	await db.batch(STATEMENTS.map((sql) => db.prepare(sql)));
}

const begin = (source: "transitions" | "attempts") => `UPDATE counted SET
		next = (SELECT coalesce(max(n), 0) FROM (SELECT rowid AS n FROM ${source} WHERE rowid > until ORDER BY rowid LIMIT ${MOST})),
		until = min(until, (SELECT coalesce(max(rowid), 0) FROM ${source}))
	WHERE source = '${source}'`;

/** SQL: the rows of this count. */
const isNew = (rowNumber: string, source: "transitions" | "attempts") =>
	`${rowNumber} > (SELECT until FROM counted WHERE source = '${source}')
		AND ${rowNumber} <= (SELECT next FROM counted WHERE source = '${source}')`;

const EVENTS = countersTable.insertSelect(
	{ name: "'healer_incident_events'", label: "event", value: "count(*)" },
	`FROM transitions WHERE ${isNew("id", "transitions")} AND to_status IS NOT NULL GROUP BY event ${ADD_TO_COUNTERS}`,
);

/** Adds to the histogram what `times` selects as `ms`. */
function observe(name: Histogram, times: string): string {
	const bounds: readonly number[] = BUCKETS[name];
	const bucket = bounds.map((bound) => `WHEN ms <= ${bound * 1000} THEN '${bound}'`).join(" ");
	return countersTable.insertSelect(
		{ name: `'${name}'`, label: "label", value: "value" },
		`FROM (
			WITH times AS MATERIALIZED (SELECT max(0, ms) AS ms FROM (${times}))
			SELECT CASE ${bucket} ELSE '+Inf' END AS label, count(*) AS value FROM times GROUP BY label
			UNION ALL SELECT 'sum', sum(ms) FROM times HAVING count(*) > 0
		) WHERE true ${ADD_TO_COUNTERS}`,
	);
}

const STATEMENTS: readonly string[] = [
	begin("transitions"),
	begin("attempts"),
	EVENTS,
	// From the first delivery to the first decision.
	observe(
		"healer_incident_decision_seconds",
		`SELECT a.decided_at - i.created_at AS ms FROM attempts a JOIN incidents i ON i.id = a.incident_id
		WHERE ${isNew("a.rowid", "attempts")} AND a.attempt = 1`,
	),
	// To the first CodeRun.
	observe(
		"healer_incident_coderun_seconds",
		`SELECT t.at - i.created_at AS ms FROM transitions t JOIN incidents i ON i.id = t.incident_id
		WHERE ${isNew("t.id", "transitions")} AND t.event = 'spawned' AND t.to_status IS NOT NULL AND NOT EXISTS (
			SELECT 1 FROM transitions e
			WHERE e.incident_id = t.incident_id AND e.id < t.id AND e.event = 'spawned' AND e.to_status IS NOT NULL
		)`,
	),
	// Of an incident that came back: from then on.
	observe(
		"healer_incident_fix_seconds",
		`SELECT t.at - CASE WHEN i.reopened_at <= t.at THEN i.reopened_at ELSE i.created_at END AS ms
		FROM transitions t JOIN incidents i ON i.id = t.incident_id
		WHERE ${isNew("t.id", "transitions")} AND t.to_status = 'fixed'`,
	),
	"UPDATE counted SET until = max(until, next), next = 0",
];
