import type { IncidentRow } from "./incident-row.ts";
import type { IncidentQuery } from "./list-incidents.ts";
import { readStored } from "./stored-json.ts";

/** An incident with all that a backtest needs; `context` and `searched_by` are null where they were not kept. */
export interface ExportedIncident
	extends Pick<IncidentRow, "id" | "status" | "reason" | "incident" | "pipeline" | "created_at"> {
	/** Of the first attempt, else of the latest decision: a later attempt may be another agent's by escalation. */
	readonly agent: string | null;
	readonly failure_type: string | null;
	readonly rule: string | null;
	readonly context: string | null;
	readonly searched_by: string | null;
}

/** Incidents that were decided, newest first. */
export async function exportIncidents(
	db: D1Database,
	{ after, limit }: Pick<IncidentQuery, "after" | "limit">,
): Promise<readonly ExportedIncident[]> {
	const { results } = await db
		.prepare(
			`SELECT i.id, i.status, i.reason, i.incident, i.pipeline, i.created_at,
				coalesce(a.agent, i.agent) AS agent, coalesce(a.failure_type, i.failure_type) AS failure_type,
				coalesce(a.rule, i.rule) AS rule, f.context, f.pipeline AS searched_by
			FROM incidents i
			LEFT JOIN attempts a ON a.incident_id = i.id AND a.attempt = 1
			LEFT JOIN facts f ON f.incident_id = i.id
			WHERE (?1 IS NULL OR (i.created_at, i.id) < (?1, ?2)) AND i.context IS NOT NULL
			ORDER BY i.created_at DESC, i.id DESC LIMIT ?3`,
		)
		.bind(after?.created_at ?? null, after?.id ?? null, limit)
		.all<ExportedIncident>();
	return results;
}

/** The patterns that these versions looked for in logs. */
export async function searchedPatterns(
	db: D1Database,
	versions: readonly string[],
): Promise<Readonly<Record<string, readonly string[]>>> {
	const { results } = await db
		.prepare("SELECT pipeline, patterns FROM searched WHERE pipeline IN (SELECT value FROM json_each(?1))")
		.bind(JSON.stringify(versions))
		.all<{ pipeline: string; patterns: string }>();
	return Object.fromEntries(
		results.flatMap(({ pipeline, patterns }) => {
			const read = readStored("searched.patterns", patterns);
			return read.ok ? [[pipeline, read.value]] : [];
		}),
	);
}
