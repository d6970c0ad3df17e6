import type { IncidentRow } from "./incident-row.ts";
import type { IncidentStatus } from "./incident-status.ts";

export interface IncidentQuery {
	readonly status?: IncidentStatus;
	readonly repository?: string;
	readonly agent?: string;
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
>;

/** Incidents, newest first. */
export async function listIncidents(db: D1Database, query: IncidentQuery): Promise<readonly ListedIncident[]> {
	const conditions: string[] = [];
	const values: (string | number)[] = [];
	const place = (value: string | number) => `?${values.push(value)}`;

	if (query.status !== undefined) conditions.push(`status = ${place(query.status)}`);
	if (query.repository !== undefined) conditions.push(`repository = ${place(query.repository)}`);
	if (query.agent !== undefined) conditions.push(`agent = ${place(query.agent)}`);
	if (query.after !== undefined) {
		conditions.push(`(created_at, id) < (${place(query.after.created_at)}, ${place(query.after.id)})`);
	}

	const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
	const { results } = await db
		.prepare(
			`SELECT id, status, reason, event, repository, branch, run_id, agent, failure_type, rule, coderun_name, created_at
			FROM incidents ${where} ORDER BY created_at DESC, id DESC LIMIT ${place(query.limit)}`,
		)
		.bind(...values)
		.all<ListedIncident>();
	return results;
}
