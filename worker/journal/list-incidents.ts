import type { IncidentRow } from "./incident-row.ts";
import type { IncidentStatus } from "./incident-status.ts";

export interface IncidentQuery {
	/** In any of these states. */
	readonly statuses?: readonly IncidentStatus[];
	readonly repository?: string;
	readonly agent?: string;
	readonly failure_type?: string;
	/** Found anywhere in what was told of the incident, its reason or its CodeRun's name, in either case. */
	readonly text?: string;
	/** Only those older than this one. */
	readonly after?: { readonly created_at: number; readonly id: string };
	readonly limit: number;
}

export type ListedIncident = Pick<
	IncidentRow,
	| "id"
	| "status"
	| "reason"
	| "event"
	| "repository"
	| "branch"
	| "run_id"
	| "agent"
	| "failure_type"
	| "rule"
	| "coderun_name"
	| "created_at"
	| "incident"
	| "attempt"
	| "blocked_on"
	| "updated_at"
>;

/** Incidents, newest first. */
export async function listIncidents(db: D1Database, query: IncidentQuery): Promise<readonly ListedIncident[]> {
	const { sql, values } = listQuery(query);
	const { results } = await db
		.prepare(sql)
		.bind(...values)
		.all<ListedIncident>();
	return results;
}

/** The query and its values; of its own so that a test can ask the database how it would go about it. */
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
		// Not LIKE, whose pattern may have 50 bytes: https://developers.cloudflare.com/d1/platform/limits/
		const within = (column: string, words: string) => `instr(lower(${column}), lower(${place(words)})) > 0`;
		// The incident is JSON: there, the text stands as JSON writes it.
		const written = JSON.stringify(text).slice(1, -1);
		const places = [within("incident", written), within("reason", text), within("coderun_name", text)];
		conditions.push(`(${places.join(" OR ")})`);
	}
	if (query.after !== undefined) {
		conditions.push(`(created_at, id) < (${place(query.after.created_at)}, ${place(query.after.id)})`);
	}

	const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
	// The page's ids first, from an index alone: a row is long, and what is shown of it lies behind its explanation.
	const sql = `WITH page AS MATERIALIZED (
			SELECT id AS shown FROM incidents ${where} ORDER BY created_at DESC, id DESC LIMIT ${place(query.limit)}
		) SELECT id, status, reason, event, repository, branch, run_id, agent, failure_type, rule, coderun_name,
			created_at, incident, attempt, blocked_on, updated_at
		FROM page CROSS JOIN incidents ON id = shown ORDER BY created_at DESC, id DESC`;
	return { sql, values };
}
