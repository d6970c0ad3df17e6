import type { AttemptRow } from "./attempt-row.ts";
import type { CheckRow } from "./check-row.ts";
import type { IncidentRow } from "./incident-row.ts";

/** An attempt without the bytes that it sends. */
export type PastAttempt = Omit<AttemptRow, "request" | "existed"> & {
	readonly deadline_s: number | null;
	/** 0 where those bytes are damaged. */
	readonly readable: 0 | 1;
};

/** One incident and its attempts, from one moment. */
export async function remediationRows(
	db: D1Database,
	id: string,
): Promise<{ readonly incident: IncidentRow; readonly attempts: readonly PastAttempt[] } | undefined> {
	const [incidents, attempts] = await db.batch([
		db.prepare("SELECT * FROM incidents WHERE id = ?1").bind(id),
		db
			.prepare(
				`SELECT incident_id, attempt, agent, failure_type, rule, coderun_name, pipeline, decided_at, outcome,
					pull_request_url, message, started_at, finished_at, outcome_digest, result, ended_at, spawned_at, outcome_at,
					escalated, signature, ci_summary, ci_url, pull_request, refused, ask_at, json_valid(request) AS readable,
					CASE WHEN json_valid(request) THEN json_extract(request, '$.deadline_s') END AS deadline_s
				FROM attempts WHERE incident_id = ?1 ORDER BY attempt`,
			)
			.bind(id),
	]);
	const incident = incidents?.results[0] as IncidentRow | undefined;
	return incident === undefined ? undefined : { incident, attempts: (attempts?.results ?? []) as PastAttempt[] };
}

export interface ClosedPullRequest {
	readonly number: number;
	readonly branch: string;
	readonly state: "closed" | "merged";
	readonly closed_at: number;
}

/** What is known of the branches and pull requests that a remediation is about. */
export interface BranchRows {
	readonly checks: readonly CheckRow[];
	readonly pull_requests: readonly ClosedPullRequest[];
	/** Other incidents on the branch that failed, the newest first. */
	readonly others: readonly { readonly id: string; readonly run_id: string | null; readonly head_sha: string | null }[];
}

export async function branchRows(
	db: D1Database,
	about: {
		readonly id: string;
		readonly repository: string;
		/** The repository that the branch is in. */
		readonly head_repository: string;
		readonly branch: string | null;
		readonly fix_branch: string;
		/** Numbers of its own and of the fix's pull requests. */
		readonly pull_requests: readonly number[];
	},
): Promise<BranchRows> {
	const { repository, pull_requests } = about;
	const numbers = JSON.stringify(pull_requests);
	const [checks, closed, others] = await db.batch([
		db
			.prepare(
				`SELECT * FROM checks WHERE repository = ?1 AND branch = ?2 AND head_repository = ?3
				UNION SELECT * FROM checks WHERE repository = ?1 AND branch = ?4
				UNION SELECT * FROM checks WHERE repository = ?1 AND pr_number IN (SELECT value FROM json_each(?5))
				LIMIT 1000`,
			)
			.bind(repository, about.branch, about.head_repository, about.fix_branch, numbers),
		db
			.prepare(
				`SELECT number, branch, state, closed_at FROM pull_requests
				WHERE repository = ?1 AND number IN (SELECT value FROM json_each(?2))`,
			)
			.bind(repository, numbers),
		db
			.prepare(
				`SELECT id, run_id, json_extract(incident, '$.head_sha') AS head_sha FROM incidents
				WHERE repository = ?1 AND branch = ?2 AND id <> ?3 AND status NOT IN ('cancelled', 'superseded')
				ORDER BY created_at DESC LIMIT 50`,
			)
			.bind(repository, about.branch, about.id),
	]);
	return {
		checks: (checks?.results ?? []) as unknown as CheckRow[],
		pull_requests: (closed?.results ?? []) as unknown as ClosedPullRequest[],
		others: (others?.results ?? []) as unknown as BranchRows["others"],
	};
}
