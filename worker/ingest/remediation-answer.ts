import type { Progress } from "../dispatch/waiting.ts";
import type { IncidentRow } from "../journal/incidents.ts";

/** The answer of `/api/remediate/*` and `/api/events/*`, with exactly these fields (docs/events.md). */
export interface RemediationAnswer {
	readonly status: "accepted" | "skipped" | "failed";
	readonly coderun_name: string | null;
	readonly agent: string | null;
	readonly failure_type: string | null;
	readonly dedup_status: "new" | "existing" | "skipped";
	readonly reason: string | null;
}

const nothing = { coderun_name: null, agent: null, failure_type: null } as const;

/** Nothing was stored: the request was wrong, or the journal failed. */
export function failedAnswer(reason: string): RemediationAnswer {
	return { ...nothing, status: "failed", dedup_status: "skipped", reason };
}

/** No incident: unknown, not matched or filtered. */
export function ignoredAnswer(reason: string): RemediationAnswer {
	return { ...nothing, status: "skipped", dedup_status: "skipped", reason };
}

/** The incident existed before. */
export function duplicateAnswer(row: IncidentRow | undefined): RemediationAnswer {
	return { ...decisionOf(row), status: "skipped", dedup_status: "existing", reason: "the incident is known" };
}

/** The result of processing a new incident inline. */
export function progressAnswer(progress: Progress, row: IncidentRow | undefined): RemediationAnswer {
	const { coderun_name, agent, failure_type } = decisionOf(row);
	switch (progress.state) {
		case "running":
			return progress.existed
				? {
						coderun_name,
						agent,
						failure_type,
						status: "skipped",
						dedup_status: "existing",
						reason: "the CodeRun already existed",
					}
				: { coderun_name, agent, failure_type, status: "accepted", dedup_status: "new", reason: null };
		case "observed":
			return {
				...{ coderun_name: null, agent, failure_type },
				...{ status: "skipped", dedup_status: "new", reason: progress.reason },
			};
		case "rerunning":
		case "awaiting_approval":
		case "waiting":
		case "rescheduled":
			return {
				coderun_name: null,
				agent,
				failure_type,
				status: "accepted",
				dedup_status: "new",
				reason: progress.reason,
			};
		// Another consumer came first. The incident is in the journal, and that consumer continues.
		case "not_locked":
		case "lock_lost":
		case "escalated":
			return {
				coderun_name,
				agent,
				failure_type,
				status: "accepted",
				dedup_status: "new",
				reason: row?.reason ?? null,
			};
		case "grouped":
			return {
				coderun_name: null,
				agent: null,
				failure_type,
				status: "skipped",
				dedup_status: "existing",
				reason: row?.reason ?? null,
			};
		case "cancelled":
		case "superseded":
			return { ...nothing, status: "skipped", dedup_status: "skipped", reason: progress.reason };
		case "failed":
		case "dead":
			return {
				coderun_name: null,
				agent,
				failure_type,
				status: "failed",
				dedup_status: "new",
				reason: progress.reason,
			};
		default:
			return progress satisfies never;
	}
}

/** 202 accepted, 200 skipped, 503 failed; the caller answers 400 and 401. */
export function remediationStatus(answer: RemediationAnswer): number {
	switch (answer.status) {
		case "accepted":
			return 202;
		case "skipped":
			return 200;
		case "failed":
			return 503;
		default:
			return answer.status satisfies never;
	}
}

function decisionOf(row: IncidentRow | undefined): Pick<RemediationAnswer, "coderun_name" | "agent" | "failure_type"> {
	return {
		coderun_name: row?.coderun_name ?? null,
		agent: row?.agent ?? null,
		failure_type: row?.failure_type ?? null,
	};
}
