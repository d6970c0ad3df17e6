import type { ListedIncident } from "../journal/list-incidents.ts";

/** A row of the journal as the API shows it (DESIGN section 9): times are ISO 8601, what is unknown is null. */
export function presentIncident(row: ListedIncident): Record<string, unknown> {
	return {
		id: row.id,
		status: row.status,
		reason: row.reason,
		event: row.event,
		repository: row.repository,
		branch: row.branch,
		run_id: row.run_id,
		agent: row.agent,
		failure_type: row.failure_type,
		rule: row.rule,
		coderun_name: row.coderun_name,
		created_at: new Date(row.created_at).toISOString(),
	};
}
