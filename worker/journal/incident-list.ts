import { type AttemptRow, attemptsTable } from "./attempts.ts";
import { deliveriesTable } from "./deliveries.ts";
import { type IncidentRow, incidentStatement, incidentsTable } from "./incidents.ts";
import type { IncidentStatus } from "./statuses.ts";
import type { RowOf } from "./table.ts";
import { transitionsTable } from "./transitions.ts";

export interface IncidentQuery {
	/** In any of these states. */
	readonly statuses?: readonly IncidentStatus[];
	readonly repository?: string;
	readonly agent?: string;
	readonly failure_type?: string;
	/** Case-insensitive substring of the incident's JSON, its reason or its CodeRun's name. */
	readonly text?: string;
	/** Only incidents older than this one. */
	readonly after?: { readonly created_at: number; readonly id: string };
	readonly limit: number;
}

const listedColumns = incidentsTable.pick(
	"id",
	"status",
	"reason",
	"event",
	"repository",
	"branch",
	"run_id",
	"agent",
	"failure_type",
	"rule",
	"coderun_name",
	"attempt",
	"incident",
	"blocked_on",
	"blocked_by",
	"created_at",
	"updated_at",
);

export type ListedIncident = RowOf<typeof listedColumns>;

/** Incidents, newest first. */
export async function listIncidents(db: D1Database, query: IncidentQuery): Promise<readonly ListedIncident[]> {
	const { sql, values } = listQuery(query);
	const { results } = await db
		.prepare(sql)
		.bind(...values)
		.all<ListedIncident>();
	return results;
}

/** The query and its values; separate so that a test can EXPLAIN it. */
export function listQuery(query: IncidentQuery): {
	readonly sql: string;
	readonly values: readonly (string | number)[];
} {
	const conditions: string[] = [];
	const values: (string | number)[] = [];
	const place = (value: string | number) => `?${values.push(value)}`;

	const { statuses, text } = query;
	if (statuses !== undefined) conditions.push(`status IN (${statuses.map(place).join(", ")})`);
	if (query.repository !== undefined) conditions.push(`repository = ${place(query.repository)}`);
	if (query.agent !== undefined) conditions.push(`agent = ${place(query.agent)}`);
	if (query.failure_type !== undefined) conditions.push(`failure_type = ${place(query.failure_type)}`);
	if (text !== undefined) {
		// Not LIKE: its pattern is limited to 50 bytes (https://developers.cloudflare.com/d1/platform/limits/).
		const contains = (column: string, words: string) => `instr(lower(${column}), lower(${place(words)})) > 0`;
		// The incident is JSON, so it contains the text as JSON escapes it.
		const written = JSON.stringify(text).slice(1, -1);
		const places = [contains("incident", written), contains("reason", text), contains("coderun_name", text)];
		conditions.push(`(${places.join(" OR ")})`);
	}
	if (query.after !== undefined) {
		conditions.push(`(created_at, id) < (${place(query.after.created_at)}, ${place(query.after.id)})`);
	}

	const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
	// First the page's ids, from an index alone: rows are long, and the columns shown lie behind the explanation.
	const sql = `WITH page AS MATERIALIZED (
			SELECT id AS shown FROM incidents ${where} ORDER BY created_at DESC, id DESC LIMIT ${place(query.limit)}
		) SELECT ${listedColumns.list}
		FROM page CROSS JOIN incidents ON id = shown ORDER BY created_at DESC, id DESC`;
	return { sql, values };
}

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

const deliveryColumns = deliveriesTable.pick("delivery_id", "event", "received_at");
const transitionColumns = transitionsTable.omit("id", "incident_id");

export type DeliveryRow = RowOf<typeof deliveryColumns>;

/** One step in an incident's life. */
export type TransitionRow = RowOf<typeof transitionColumns>;

export interface ShownRows {
	readonly incident: IncidentRow;
	readonly attempts: readonly AttemptRow[];
	readonly deliveries: readonly DeliveryRow[];
	readonly timeline: readonly TransitionRow[];
}

/** One incident with everything that the journal has on it, from one snapshot. */
export async function showIncident(db: D1Database, id: string): Promise<ShownRows | undefined> {
	const [incidents, attempts, deliveries, timeline] = await db.batch([
		incidentStatement(db, id),
		db.prepare(`SELECT ${attemptsTable.list} FROM attempts WHERE incident_id = ?1 ORDER BY attempt`).bind(id),
		db
			.prepare(
				`SELECT ${deliveryColumns.list} FROM deliveries WHERE incident_id = ?1
				ORDER BY received_at, delivery_id LIMIT 1000`,
			)
			.bind(id),
		db
			.prepare(
				`SELECT ${transitionColumns.list} FROM transitions WHERE incident_id = ?1
				ORDER BY id LIMIT 1000`,
			)
			.bind(id),
	]);
	const incident = incidents?.results[0];
	if (incident === undefined) return undefined;
	return {
		incident: incident as IncidentRow,
		attempts: (attempts?.results ?? []) as AttemptRow[],
		deliveries: (deliveries?.results ?? []) as DeliveryRow[],
		timeline: (timeline?.results ?? []) as TransitionRow[],
	};
}
