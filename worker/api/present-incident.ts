import { incidentTitle } from "../../pipeline/incident-title.ts";
import type { AttemptRow } from "../journal/attempts.ts";
import type { ListedIncident } from "../journal/incident-list.ts";
import { requestBody } from "../journal/packed-decision.ts";
import { readStored } from "../journal/stored-json.ts";
import { isoOf, isoOrNull } from "./iso-time.ts";
import type { ShownAttempt, ShownIncident, TitledIncident } from "./shapes.ts";

/** A row of the journal as the API shows it: times are ISO 8601, unknown values are null. */
export function presentIncident(row: ListedIncident): ShownIncident {
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
		leader_id: row.leader_id,
		members: row.members,
		created_at: isoOf(row.created_at),
	};
}

/** The same, with a title for people. */
export function presentTitled(row: ListedIncident): TitledIncident {
	const read = readStored("incidents.incident", row.incident);
	return {
		...presentIncident(row),
		...(read.ok ? incidentTitle(read.value) : { title: row.event, part: read.problem }),
		pr_number: (read.ok ? read.value.pr_number : undefined) ?? null,
		attempt: row.attempt,
		blocked_on: row.blocked_on,
		blocked_by: row.blocked_by,
		blocked_since: row.status === "waiting" ? isoOrNull(row.blocked_since) : null,
		updated_at: isoOf(row.updated_at),
	};
}

/** An attempt as the API shows it, with its requested CodeRun. */
export async function presentAttempt(db: D1Database, row: AttemptRow): Promise<ShownAttempt> {
	const request = readStored("attempts.request", await requestBody(db, row));
	return {
		attempt: row.attempt,
		agent: row.agent,
		coderun_name: row.coderun_name,
		outcome: row.outcome,
		result: row.result,
		failure_type: row.failure_type,
		rule: row.rule,
		decided_at: isoOf(row.decided_at),
		ended_at: isoOrNull(row.ended_at),
		refused: row.refused,
		pull_request_url: row.pull_request_url,
		message: row.message,
		started_at: row.started_at,
		finished_at: row.finished_at,
		agent_s: row.agent_s,
		ci_summary: row.ci_summary,
		ci_url: row.ci_url,
		escalated: row.escalated === 1,
		coderun: request.ok ? (request.value.coderun ?? null) : null,
	};
}
