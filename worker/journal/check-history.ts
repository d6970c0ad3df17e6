import { DELETED_FORK, isSameRepository } from "../../pipeline/head-repository.ts";
import type { CheckResult, KnownCommit } from "../../pipeline/index.ts";
import { isNamed } from "./check-heads.ts";
import { ACTIONS, type CheckRef, checkName, checkOf } from "./check-identity.ts";
import { type CheckResultRow, checkResultsTable } from "./check-results.ts";
import { beganAt } from "./checks.ts";
import { FIELDS } from "./incidents.ts";
import { rowsQuery, runQueries } from "./query.ts";

/** A check of a branch and of the branch that it is merged into. */
export interface HistoryQuery extends CheckRef {
	/** The incident that asks: it is no part of its own history. */
	readonly id: string;
	readonly repository: string;
	readonly branch: string;
	/** A branch of the repository itself. */
	readonly base?: string | undefined;
}

export interface KnownHistory {
	readonly results: readonly CheckResult[];
	/** The authors of commits that failed, where a decision learnt them. */
	readonly commits: ReadonlyMap<string, KnownCommit>;
}

// The newest of each branch.
const MOST_RESULTS = 200;
const MOST_FAILURES = 100;

/**
 * What the journal knows of a check on these branches: its results, and the causes of its failures, as far as they were decided.
 * Undefined for a workflow whose file nobody named: another one may have its name.
 */
export async function findCheckHistory(db: D1Database, asked: HistoryQuery): Promise<KnownHistory | undefined> {
	const check = checkInHistory(asked);
	if (check === undefined) return undefined;
	const { repository, branch, base = branch, id } = asked;
	const { results, failures } = await runQueries(db, {
		results: rowsQuery<CheckResultRow>(db.prepare(RESULTS).bind(repository, branch, base, check.name, check.job)),
		failures: rowsQuery<FailureRow>(db.prepare(FAILURES).bind(repository, branch, base, id)),
	});
	const own = failures.filter((row) => {
		const of = checkInHistory(refOf(row));
		return of?.name === check.name && of.job === check.job;
	});
	return joinHistory(asked, results, own);
}

/** How a check is called in a verdict. */
export function historyName({ workflow, app, job }: CheckRef): string {
	return workflow?.name ?? workflow?.path ?? job ?? app ?? "this check";
}

/** A branch as verdicts compare it: anybody may call a fork's branch like one of ours. Undefined: nobody knows whose it is. */
export function branchInHistory(repository: string, branch: string, head: string | undefined): string | undefined {
	if (head === undefined || head === DELETED_FORK) return undefined;
	return isSameRepository(head, repository) ? branch : `${head.toLowerCase()}:${branch}`;
}

interface CheckKey {
	readonly name: string;
	readonly job: string;
}

function checkInHistory(asked: CheckRef): CheckKey | undefined {
	const check = checkOf(asked);
	if (check === undefined || (check.kind === "workflow" && check.path === undefined)) return undefined;
	if (check.kind === "app" && check.app === ACTIONS) return undefined;
	return { name: checkName(check), job: check.kind === "workflow" ? "" : (asked.job ?? "") };
}

/** SQL: of both branches, by a select for one of them. */
const ofBoth = (select: (branch: string) => string) =>
	`SELECT * FROM (${select("= ?2")}) UNION ALL SELECT * FROM (${select("= ?3 AND ?3 <> ?2")})`;

const RESULTS = ofBoth(
	(branch) => `SELECT ${checkResultsTable.list} FROM check_results
		WHERE repository = ?1 AND branch ${branch} AND check_name = ?4 AND job = ?5
		ORDER BY started_at DESC LIMIT ${MOST_RESULTS}`,
);

/** A failure whose cause was found out. */
interface FailureRow {
	readonly fingerprint: string;
	readonly run_id: string | null;
	readonly branch: string;
	readonly created_at: number;
	readonly head_sha: string | null;
	readonly head_repository: string | null;
	readonly started_at: string | null;
	readonly occurred_at: string | null;
	/** JSON. */
	readonly workflow: string | null;
	readonly app: string | null;
	readonly job: string | null;
	readonly author: string | null;
}

const FAILURES = ofBoth(
	(branch) => `SELECT fingerprint, run_id, branch, created_at, ${FIELDS} ->> 'head_sha' AS head_sha,
			${FIELDS} ->> 'head_repository' AS head_repository, ${FIELDS} ->> 'started_at' AS started_at,
			${FIELDS} ->> 'occurred_at' AS occurred_at, ${FIELDS} ->> 'workflow' AS workflow, ${FIELDS} ->> 'app' AS app,
			${FIELDS} ->> 'job' AS job, ${FIELDS} ->> '$.author.login' AS author
		FROM incidents
		WHERE repository = ?1 AND branch ${branch} AND kind = 'ci' AND fingerprint IS NOT NULL AND id <> ?4
		ORDER BY created_at DESC LIMIT ${MOST_FAILURES}`,
);

function refOf({ workflow, app, job, run_id }: FailureRow): CheckRef {
	return {
		...(workflow !== null && { workflow: JSON.parse(workflow) as NonNullable<CheckRef["workflow"]> }),
		...(app !== null && { app }),
		...(job !== null && { job }),
		...(run_id !== null && { run_id }),
	};
}

function joinHistory(
	asked: HistoryQuery,
	results: readonly CheckResultRow[],
	failures: readonly FailureRow[],
): KnownHistory {
	const check = historyName(asked);
	const reported = results.flatMap((row) => reportedResults({ ...asked, check }, row, failures));
	const reds = new Set(results.filter(({ conclusion }) => conclusion === "failure").map(runOf));
	// A run that still goes on has no result, and a failed job of it was decided.
	const going = failures.filter((row) => !reds.has(runOf(row)));
	const commits = failures.flatMap(({ head_sha, author }): [string, KnownCommit][] =>
		head_sha === null || author === null ? [] : [[head_sha, { author }]],
	);
	return {
		results: [...reported, ...going.flatMap((row) => decidedResult({ ...asked, check }, row))],
		commits: new Map(commits),
	};
}

/** What tells the results of one commit from others': its run, else the commit itself. */
function runOf({ run_id, head_sha }: Pick<FailureRow, "run_id" | "head_sha">): string {
	return run_id ?? head_sha ?? "";
}

interface HistoryOf {
	readonly repository: string;
	readonly check: string;
}

/** Several for a run that failed for several causes, because its fields have an incident each. */
function reportedResults(
	{ repository, check }: HistoryOf,
	row: CheckResultRow,
	failures: readonly FailureRow[],
): readonly CheckResult[] {
	const head = isNamed(row) ? row.head_repository : headOfUnnamed(row, repository);
	const branch = branchInHistory(repository, row.branch, head);
	if (branch === undefined) return [];
	const one = { branch, check, sha: row.head_sha, began_at: row.started_at };
	if (row.conclusion === "success") return [{ ...one, is_green: true, fingerprint: null }];
	const causes = failures.filter((failure) => runOf(failure) === runOf(row)).map(({ fingerprint }) => fingerprint);
	const known = causes.length === 0 ? [null] : [...new Set(causes)];
	return known.map((fingerprint) => ({ ...one, is_green: false, fingerprint }));
}

/**
 * Checks of Apps and statuses are of the repository's own branches: for a fork's, GitHub leaves the branch out.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_suite
 */
function headOfUnnamed({ check_name }: CheckResultRow, repository: string): string | undefined {
	return check_name === "status" || check_name.startsWith("app:") ? repository : undefined;
}

function decidedResult({ repository, check }: HistoryOf, row: FailureRow): readonly CheckResult[] {
	const branch = branchInHistory(repository, row.branch, row.head_repository ?? undefined);
	if (branch === undefined || row.head_sha === null) return [];
	const { started_at, occurred_at, created_at } = row;
	const times = { ...(started_at !== null && { started_at }), ...(occurred_at !== null && { occurred_at }) };
	const began_at = beganAt(times) ?? created_at;
	return [{ branch, check, sha: row.head_sha, is_green: false, fingerprint: row.fingerprint, began_at }];
}
