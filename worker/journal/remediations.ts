import { type Incident, incidentOfFixBranch } from "../../pipeline/index.ts";
import { MINUTE_MS } from "../../wire/durations.ts";
import { attemptsTable } from "./attempts.ts";
import { HAS_NO_NAME, isNamed } from "./check-heads.ts";
import { checkMatcher, checkOf } from "./check-identity.ts";
import { beganAt, type CheckRow, checksTable, withKnownActor } from "./checks.ts";
import { type IncidentRow, incidentStatement } from "./incidents.ts";
import { pullRequestsTable } from "./pull-requests.ts";
import { readStored } from "./stored-json.ts";
import type { RowOf } from "./table.ts";

const pastColumns = attemptsTable.omit("request", "existed");
const closedColumns = pullRequestsTable.omit("repository");

/** An attempt without the bytes of its request. */
export type PastAttempt = RowOf<typeof pastColumns> & {
	readonly deadline_s: number | null;
	/** 0 if those bytes are damaged. */
	readonly readable: 0 | 1;
};

/** One incident and its attempts, from one snapshot. */
export async function remediationRows(
	db: D1Database,
	id: string,
): Promise<{ readonly incident: IncidentRow; readonly attempts: readonly PastAttempt[] } | undefined> {
	const [incidents, attempts] = await db.batch([
		incidentStatement(db, id),
		db
			.prepare(
				`SELECT ${pastColumns.list}, json_valid(request) AS readable,
					CASE WHEN json_valid(request) THEN json_extract(request, '$.deadline_s') END AS deadline_s
				FROM attempts WHERE incident_id = ?1 ORDER BY attempt`,
			)
			.bind(id),
	]);
	const incident = incidents?.results[0] as IncidentRow | undefined;
	return incident === undefined ? undefined : { incident, attempts: (attempts?.results ?? []) as PastAttempt[] };
}

export type ClosedPullRequest = RowOf<typeof closedColumns>;

/** What the journal has on the branches and pull requests of a remediation. */
export interface BranchRows {
	readonly checks: readonly CheckRow[];
	/** Those on its branches that do not count, because nobody named their repository. */
	readonly uncounted: readonly CheckRow[];
	readonly pull_requests: readonly ClosedPullRequest[];
	/** Other decided incidents on the branch that failed, newest first. */
	readonly others: readonly { readonly id: string; readonly run_id: string | null; readonly head_sha: string | null }[];
}

export async function branchRows(
	db: D1Database,
	about: {
		readonly id: string;
		readonly repository: string;
		/** The repository of the branch that failed; undefined while nobody has named it. The fix's branch is in `repository`. */
		readonly head_repository: string | undefined;
		readonly branch: string | null;
		/** The run that failed. */
		readonly run_id: string | undefined;
		readonly fix_branch: string;
		/** Numbers of its own and of the fix's pull requests. */
		readonly pull_requests: readonly number[];
	},
): Promise<BranchRows> {
	const { repository, pull_requests, head_repository } = about;
	const numbers = JSON.stringify(pull_requests);
	// One that nobody named counts as our own.
	const head = head_repository ?? repository;
	const [checks, closed, others] = await db.batch([
		db
			.prepare(
				`SELECT ${checksTable.list} FROM checks WHERE repository = ?1 AND branch = ?2 AND ${isIn("?3")}
				UNION SELECT ${checksTable.list} FROM checks WHERE repository = ?1 AND branch = ?4 AND ${isIn("?1")}
				UNION SELECT ${checksTable.list} FROM checks WHERE repository = ?1
					AND pr_number IN (SELECT value FROM json_each(?5)) AND (${isIn("?3")} OR ${isIn("?1")})
				LIMIT 1000`,
			)
			.bind(repository, about.branch, head, about.fix_branch, numbers),
		db
			.prepare(
				`SELECT ${closedColumns.list} FROM pull_requests
				WHERE repository = ?1 AND (number IN (SELECT value FROM json_each(?2))
					OR (branch = ?3 AND lower(head_repository) = lower(?1)))
				ORDER BY number DESC LIMIT 100`,
			)
			.bind(repository, numbers, about.fix_branch),
		db
			.prepare(
				`SELECT id, run_id, json_extract(incident, '$.head_sha') AS head_sha FROM incidents
				WHERE repository = ?1 AND branch = ?2 AND id <> ?3 AND status NOT IN ('cancelled', 'superseded') AND ${IS_DECIDED}
					AND lower(coalesce(incident ->> 'head_repository', repository)) = lower(?4)
				ORDER BY created_at DESC LIMIT 50`,
			)
			.bind(repository, about.branch, about.id, head),
	]);
	const rows = (checks?.results ?? []) as unknown as CheckRow[];
	// What names no repository counts while the incident's is not known either, and for the run that failed: that one is on the
	// branch that failed, whoever reports it.
	const isCounted = (row: CheckRow) =>
		head_repository === undefined || isNamed(row) || (row.run_id !== null && row.run_id === about.run_id);
	return {
		checks: rows.filter(isCounted),
		uncounted: rows.filter((row) => !isCounted(row)),
		pull_requests: (closed?.results ?? []) as unknown as ClosedPullRequest[],
		others: (others?.results ?? []) as unknown as BranchRows["others"],
	};
}

/**
 * SQL: whether an incident has passed its own filters, which know its context only once it is decided. Until then it may be
 * somebody else's failure, and takes the place of no other.
 */
const IS_DECIDED = "agent IS NOT NULL";

/** SQL: whether a result is of a branch of this repository, or of one that nobody named. A stranger's never counts. */
const isIn = (repository: string) => `(lower(head_repository) = lower(${repository}) OR ${HAS_NO_NAME})`;

// A branch has as many unfinished remediations as it has failing checks.
const MOST = 20;

interface PushOrigin {
	readonly isOwnAgent: (login: string) => boolean;
	readonly now: number;
	/** How long a failed or escalated remediation still counts, in milliseconds after its end. */
	readonly late_ms: number;
}

/**
 * The remediation whose agent pushed the failing commit: on the branch of a fix, or when one of our agents is known to have
 * pushed to a branch. Such a failure is not an incident, or an agent that pushes failing commits would be called without
 * end. Where nobody says who pushed, it is one: see `possibleCause`. A failure that is already an incident stays one.
 */
export async function remediationPushedTo(
	db: D1Database,
	failure: Incident,
	{ isOwnAgent, now, late_ms }: PushOrigin,
): Promise<string | undefined> {
	const { id, kind, repository, branch } = failure;
	if (kind !== "ci" || branch === undefined) return undefined;
	const prefix = incidentOfFixBranch(branch);
	const incident = await withKnownActor(db, failure);
	const isByAgent = incident.actor !== undefined && isOwnAgent(incident.actor.login);
	if (prefix === undefined && !isByAgent) return undefined;
	const found = await db
		.prepare(
			`SELECT id FROM incidents WHERE repository = ?1 AND id <> ?2
				AND ((branch = ?3 AND (?6 OR status IN ('running', 'awaiting_ci') OR (status = 'waiting' AND attempt > 1)
						OR (status IN ('failed', 'escalated') AND ended_at > ?7)))
					OR (id >= ?4 AND id < ?5))
				AND lower(coalesce(incident ->> 'head_repository', repository)) = ?8
				AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = ?2)
			ORDER BY created_at DESC LIMIT 1`,
		)
		.bind(
			...[repository, id, branch, prefix ?? "none", `${prefix ?? "none"}g`, isByAgent ? 1 : 0, now - late_ms],
			(incident.head_repository ?? repository).toLowerCase(),
		)
		.first<string>("id");
	return found ?? undefined;
}

/** An attempt whose agent may have pushed a failing commit. `isJudged`: it ended by such a failure. */
export interface PossibleCause {
	readonly incident_id: string;
	readonly attempt: number;
	readonly isJudged: boolean;
}

// The agent's push may be its last act, and the job of its run waits for a runner.
const RUN_STARTS_WITHIN_MS = 15 * MINUTE_MS;

/**
 * The attempt whose agent may have pushed the failing commit, if nobody says who did: it worked on this branch for the same
 * check when the run began. Undefined when its pusher is known, and when no agent can have pushed it.
 */
export async function possibleCause(
	db: D1Database,
	incident: Incident,
	created_at: number,
): Promise<PossibleCause | undefined> {
	const { id, kind, repository, branch } = incident;
	const check = checkOf(incident);
	if (kind !== "ci" || branch === undefined || check === undefined) return undefined;
	if (incident.actor !== undefined || isByPerson(incident)) return undefined;
	const began_at = beganAt(incident) ?? created_at;
	const { results } = await db
		.prepare(
			`SELECT i.id AS incident_id, i.incident, a.attempt, a.result FROM incidents i JOIN attempts a ON a.incident_id = i.id
			WHERE i.repository = ?1 AND i.branch = ?2 AND i.id <> ?3
				AND lower(coalesce(i.incident ->> 'head_repository', i.repository)) = ?4
				AND a.spawned_at <= ?5 AND (a.outcome_at IS NULL OR a.outcome_at >= ?5 - ?6)
				AND (a.result IN ('ci_still_failing', 'agent_failed', 'timed_out', 'deleted') OR a.given_to IS NOT NULL
					OR (a.result IS NULL AND a.attempt = i.attempt AND i.status IN ('running', 'awaiting_ci')))
			ORDER BY a.spawned_at DESC LIMIT ?7`,
		)
		.bind(
			...[repository, branch, id, (incident.head_repository ?? repository).toLowerCase()],
			...[began_at, RUN_STARTS_WITHIN_MS, MOST],
		)
		.all<{ incident_id: string; incident: string; attempt: number; result: string | null }>();
	const cause = results.find((row) => {
		const read = readStored("incidents.incident", row.incident);
		const failed = read.ok ? checkOf(read.value) : undefined;
		return failed !== undefined && checkMatcher([check, failed])(check, failed);
	});
	return cause && { incident_id: cause.incident_id, attempt: cause.attempt, isJudged: cause.result !== null };
}

/** Whether a person made the run, or caused a run's delivery: the sender of checks and statuses is always an App. */
function isByPerson({ actor, sender, workflow }: Incident): boolean {
	return (actor ?? (workflow === undefined ? undefined : sender))?.type === "User";
}

/** The fields that identify a newer failure of the same branch. */
export interface NewerFailure {
	readonly id: string;
	readonly repository: string;
	readonly branch: string | null;
	/** Its run, or its App and commit. */
	readonly of: { readonly run_id: string } | { readonly app: string; readonly head_sha: string };
}

/** The incident of a newer failure; undefined if it is not one, is not decided yet, or a filter cancelled it. */
export async function newerIncident(
	db: D1Database,
	{ id, repository, branch, of }: NewerFailure,
): Promise<string | undefined> {
	const query =
		"run_id" in of
			? db
					.prepare(
						`SELECT id FROM incidents WHERE repository = ?1 AND run_id = ?2 AND id <> ?3 AND status <> 'cancelled'
						AND ${IS_DECIDED} LIMIT 1`,
					)
					.bind(repository, of.run_id, id)
			: db
					.prepare(
						`SELECT id FROM incidents WHERE repository = ?1 AND branch = ?2 AND id <> ?3 AND status <> 'cancelled'
						AND ${IS_DECIDED} AND incident ->> 'app' = ?4 AND incident ->> 'head_sha' = ?5 LIMIT 1`,
					)
					.bind(repository, branch, id, of.app, of.head_sha);
	return (await query.first<string>("id")) ?? undefined;
}

/**
 * Makes the remediations of a branch that wait for its CI due now, if an incident there has just been decided: it may take their
 * place. Belongs in the transaction of the decision. The results are their ids.
 */
export function branchDueStatement(
	db: D1Database,
	{ id, branch, lock, now }: Pick<IncidentRow, "id" | "branch" | "lock"> & { readonly now: number },
): D1PreparedStatement {
	return db
		.prepare(
			`UPDATE incidents SET next_try_at = min(coalesce(next_try_at, ?4), ?4) WHERE id IN (
				SELECT other.id FROM incidents AS other
				JOIN incidents AS decided ON decided.id = ?1 AND decided.lock = ?2 AND decided.repository = other.repository
				WHERE other.branch = ?3 AND other.id <> ?1 AND other.status IN ('running', 'awaiting_ci')
				ORDER BY other.created_at DESC LIMIT ${MOST}
			) RETURNING id`,
		)
		.bind(id, lock, branch, now);
}
