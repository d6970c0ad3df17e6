import type { AttemptRow } from "../journal/attempt-row.ts";
import { readStored } from "../journal/stored-json.ts";
import { isoOf, isoOrNull } from "./iso-of.ts";
import type { ShownAttempt } from "./shapes.ts";

/** An attempt as the API shows it, with the CodeRun that was asked for. */
export function presentAttempt(row: AttemptRow): ShownAttempt {
	const request = readStored("attempts.request", row.request);
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
		ci_summary: row.ci_summary,
		ci_url: row.ci_url,
		escalated: row.escalated === 1,
		coderun: request.ok ? (request.value.coderun ?? null) : null,
	};
}
