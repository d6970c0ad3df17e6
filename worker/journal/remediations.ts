import { fixBranch, type Incident, incidentOfFixBranch } from "../../pipeline/index.ts";
import { MINUTE_MS } from "../../wire/durations.ts";
import { attemptsTable } from "./attempts.ts";
import { HAS_NO_NAME, isNamed } from "./check-heads.ts";
import { checkMatcher, checkOf } from "./check-identity.ts";
import { beganAt, type CheckRow, checksTable, withKnownActor } from "./checks.ts";
import { FIELDS, type IncidentRow, incidentStatement } from "./incidents.ts";
import { type OpenFixRow, openFixQuery } from "./open-fixes.ts";
import { pullRequestsTable } from "./pull-requests.ts";
import { type Query, rowQuery, rowsQuery, runQueries } from "./query.ts";
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
	const queries = { incident: rowQuery<IncidentRow>(incidentStatement(db, id)), attempts: attemptsQuery(db, id) };
	const { incident, attempts } = await runQueries(db, queries);
	return incident && { incident, attempts };
}

function attemptsQuery(db: D1Database, id: string): Query<readonly PastAttempt[]> {
	return rowsQuery(
		db
			.prepare(
				`SELECT ${pastColumns.list}, json_valid(request) AS readable,
					CASE WHEN json_valid(request) THEN json_extract(request, '$.deadline_s') END AS deadline_s
				FROM attempts WHERE incident_id = ?1 ORDER BY attempt`,
			)
			.bind(id),
	);
}

export type ClosedPullRequest = RowOf<typeof closedColumns>;

/** What the journal has on the branches and pull requests of a remediation. */
export interface BranchRows {
	/** Newest result of each check on its branches, also those whose branch nobody named. */
	readonly checks: readonly CheckRow[];
	readonly pull_requests: readonly ClosedPullRequest[];
	/** Other decided incidents on the branch that failed, newest first. */
	readonly others: readonly { readonly id: string; readonly run_id: string | null; readonly head_sha: string | null }[];
}

/** Everything that the state of a remediation follows from, from one snapshot. */
export interface StateRows {
	readonly incident: IncidentRow;
	readonly attempts: readonly PastAttempt[];
	readonly branch: BranchRows;
	/** Incidents whose open fix its failure may belong to. */
	readonly fixes: readonly OpenFixRow[];
}

/** Reads them by the incident's id alone: one call, whoever needs them, and no call before it. */
export function stateQueries(db: D1Database, id: string, now: number) {
	return { attempts: attemptsQuery(db, id), ...branchQueries(db, id), fixes: openFixQuery(db, id, now) };
}

export async function stateRows(db: D1Database, id: string, now: number): Promise<StateRows | undefined> {
	const incident = rowQuery<IncidentRow>(incidentStatement(db, id));
	const rows = await runQueries(db, { incident, ...stateQueries(db, id, now) });
	return rows.incident && stateRowsOf(rows.incident, rows);
}

/** The answers to `stateQueries`, beside the row that they are about. */
export function stateRowsOf(
	incident: IncidentRow,
	{ attempts, fixes, ...branch }: BranchRows & Pick<StateRows, "attempts" | "fixes">,
): StateRows {
	return { incident, attempts, fixes, branch };
}

/** SQL: the incident, by its own row. A branch that nobody named counts as our own. */
const ONE = `one AS MATERIALIZED (
	SELECT id, repository, branch, coalesce(${FIELDS} ->> 'head_repository', repository) AS head,
		${FIELDS} ->> 'pr_number' AS pr_number
	FROM incidents WHERE id = ?1
)`;

/** SQL: the numbers of its own pull request and of its fix's. */
const NUMBERS = `(SELECT pull_request FROM attempts WHERE incident_id = ?1 AND pull_request IS NOT NULL
	UNION SELECT pr_number FROM one WHERE pr_number IS NOT NULL)`;

function branchQueries(db: D1Database, id: string) {
	const columns = checksTable.listOf("checks");
	const fix_branch = fixBranch(id);
	return {
		checks: rowsQuery<CheckRow>(
			db
				.prepare(
					`WITH ${ONE}
					SELECT ${columns} FROM one CROSS JOIN checks
						ON checks.repository = one.repository AND checks.branch = one.branch AND ${isIn("one.head")}
					UNION SELECT ${columns} FROM one CROSS JOIN checks
						ON checks.repository = one.repository AND checks.branch = ?2 AND ${isIn("one.repository")}
					UNION SELECT ${columns} FROM one CROSS JOIN checks
						ON checks.repository = one.repository AND checks.pr_number IN ${NUMBERS}
							AND (${isIn("one.head")} OR ${isIn("one.repository")})
					LIMIT 1000`,
				)
				.bind(id, fix_branch),
		),
		pull_requests: rowsQuery<ClosedPullRequest>(
			db
				.prepare(
					`WITH ${ONE}
					SELECT ${closedColumns.listOf("pull_requests")} FROM one CROSS JOIN pull_requests
					WHERE pull_requests.repository = one.repository AND (pull_requests.number IN ${NUMBERS}
						OR (pull_requests.branch = ?2 AND lower(pull_requests.head_repository) = lower(one.repository)))
					ORDER BY pull_requests.number DESC LIMIT 100`,
				)
				.bind(id, fix_branch),
		),
		others: rowsQuery<BranchRows["others"][number]>(
			db
				.prepare(
					`WITH ${ONE}
					SELECT other.id, other.run_id, json_extract(other.incident, '$.head_sha') AS head_sha
					FROM one CROSS JOIN incidents AS other
					WHERE other.repository = one.repository AND other.branch = one.branch AND other.id <> one.id
						AND other.status NOT IN ('cancelled', 'superseded') AND ${isDecided("other")}
						AND lower(coalesce(other.incident ->> 'head_repository', other.repository)) = lower(one.head)
					ORDER BY other.created_at DESC LIMIT 50`,
				)
				.bind(id),
		),
	};
}

/**
 * The results that count for a failure, and those that do not, because nobody named their repository. What names none counts
 * while the failure's is not known either, and for the run that failed: that one is on the branch that failed, whoever reports
 * it.
 */
export function countedChecks(
	checks: readonly CheckRow[],
	{ head_repository, run_id }: Pick<Incident, "head_repository" | "run_id">,
): { readonly checks: readonly CheckRow[]; readonly uncounted: readonly CheckRow[] } {
	const isCounted = (row: CheckRow) =>
		head_repository === undefined || isNamed(row) || (row.run_id !== null && row.run_id === run_id);
	return { checks: checks.filter(isCounted), uncounted: checks.filter((row) => !isCounted(row)) };
}

/**
 * SQL: whether an incident has passed its own filters, which know its context only once it is decided. Until then it may be
 * somebody else's failure, and takes the place of no other. Nor does a failure of the same cause: the fix under way is kept.
 */
const isDecided = (table: string) => `${table}.agent IS NOT NULL AND ${table}.leader_id IS NULL`;

/** SQL: whether a result is of a branch of this repository, or of one that nobody named. A stranger's never counts. */
const isIn = (repository: string) => `(lower(checks.head_repository) = lower(${repository}) OR checks.${HAS_NO_NAME})`;

// A branch has as many unfinished remediations as it has failing checks.
const MOST = 20;

interface PushOrigin {
	readonly isOwnAgent: (login: string) => boolean;
	readonly now: number;
	/** How long a failed or escalated remediation still counts, in milliseconds after its end. */
	readonly late_ms: number;
}

/** Whether it is known without the journal that no agent of ours pushed what failed: then `remediationPushedTo` finds nothing. */
export function isOfOthers({ kind, branch, actor }: Incident, isOwnAgent: (login: string) => boolean): boolean {
	if (kind !== "ci" || branch === undefined) return true;
	return incidentOfFixBranch(branch) === undefined && actor !== undefined && !isOwnAgent(actor.login);
}

/**
 * The remediation whose agent pushed the failing commit: on the branch of a fix, or when one of our agents is known to have
 * pushed to a branch. Such a failure is not an incident, or an agent that pushes failing commits would be called without
 * end. Where nobody says who pushed, it is one: see `causeQuery`. A failure that is already an incident stays one.
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
export function causeQuery(db: D1Database, incident: Incident, created_at: number): Query<PossibleCause | undefined> {
	const { id, kind, repository, branch } = incident;
	const check = checkOf(incident);
	const none = { statements: [], read: () => undefined };
	if (kind !== "ci" || branch === undefined || check === undefined) return none;
	if (incident.actor !== undefined || isByPerson(incident)) return none;
	const began_at = beganAt(incident) ?? created_at;
	const statement = db
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
		);
	const isSame = (row: CauseRow) => {
		const read = readStored("incidents.incident", row.incident);
		const failed = read.ok ? checkOf(read.value) : undefined;
		return failed !== undefined && checkMatcher([check, failed])(check, failed);
	};
	const { statements, read } = rowsQuery<CauseRow>(statement);
	return { statements, read: (results) => causeOf(read(results).find(isSame)) };
}

interface CauseRow {
	readonly incident_id: string;
	readonly incident: string;
	readonly attempt: number;
	readonly result: string | null;
}

function causeOf(row: CauseRow | undefined): PossibleCause | undefined {
	return row && { incident_id: row.incident_id, attempt: row.attempt, isJudged: row.result !== null };
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
						AND ${isDecided("incidents")} LIMIT 1`,
					)
					.bind(repository, of.run_id, id)
			: db
					.prepare(
						`SELECT id FROM incidents WHERE repository = ?1 AND branch = ?2 AND id <> ?3 AND status <> 'cancelled'
						AND ${isDecided("incidents")} AND incident ->> 'app' = ?4 AND incident ->> 'head_sha' = ?5 LIMIT 1`,
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
				WHERE other.branch = ?3 AND other.id <> ?1
					AND other.status IN ('rerunning', 'awaiting_approval', 'running', 'awaiting_ci', 'grouped')
				ORDER BY other.created_at DESC LIMIT ${MOST}
			) RETURNING id`,
		)
		.bind(id, lock, branch, now);
}
