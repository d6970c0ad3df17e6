import { isOwnBranch } from "../../pipeline/head-repository.ts";
import { branchStrategy } from "../../pipeline/index.ts";
import { outcomeFor } from "../../pipeline/overrides.ts";
import { workflowFile } from "../../pipeline/workflow-file.ts";
import { HOUR_MS } from "../../wire/durations.ts";
import { askResults, type Head, type HeadsAnswer, isRunOf } from "../context/github/ask-results.ts";
import { type CheckAnswer, isConclusive, isJob, isRedStatus } from "../context/github/commit-results.ts";
import { failedJobs, hasFailed } from "../context/github/failed-jobs.ts";
import { type RepoClient, repoClient } from "../context/github/repo-client.ts";
import type { RunAnswer } from "../context/github/run-answer.ts";
import type { Effects } from "../effects.ts";
import type { GitHub } from "../github/github.ts";
import { scheduleResultsQuery } from "../journal/attempts.ts";
import { type CheckIdentity, type CheckRef, checkMatcher, checkOf } from "../journal/check-identity.ts";
import { checkRowOf, storeResults } from "../journal/check-rows.ts";
import type { CheckRow } from "../journal/checks.ts";
import type { Cost } from "../runtime/budget.ts";
import { type Goal, isMergeable, MERGEABLE } from "./goal.ts";
import type { Remediation } from "./load-state.ts";
import type { GitHubSays } from "./when-quiet.ts";

/** Two heads with three lists each, the failed jobs of three runs, and the journal. */
export const ASKING_RESULTS_COST: Cost = { statements: 3, subrequests: 30 };
const LONGEST_MS = 15_000;
const SHORTEST_DELAY_MS = 15_000;
const LONGEST_DELAY_MS = HOUR_MS;
const MOST_RUNS_READ = 3;
const MOST_ROWS = 200;

/**
 * Asks GitHub for the state of the agent's commit. Its results are stored like those of events, so that they judge alike,
 * however often and in whatever order they come. Returns the rest: what still runs, and whether anything ran at all.
 */
export async function learnResults(effects: Effects, github: GitHub, found: Remediation): Promise<GitHubSays> {
	const { incident, state, failure } = found;
	const now = effects.now();
	const client = repoClient(github, failure);
	const signal = AbortSignal.timeout(LONGEST_MS);
	const answer = await askResults(client, whereToLook(found), signal);
	const says =
		answer.state === "answered" ? await learn(effects, found, { client, heads: answer.heads, signal }) : answer;
	const outcome_at = state.current?.outcome_at ?? incident.updated_at;
	await scheduleResultsQuery(effects.journal, incident, { now, again: nextQueryAt(answer, outcome_at, now) });
	effects.log.info("GitHub asked for the results of a fix", { incident_id: incident.id, state: says.state });
	return says;
}

/** After 15, 30 ... s since the agent's end, at most an hour; after a rate limit, when GitHub allows it. */
function nextQueryAt(answer: HeadsAnswer, outcome_at: number, now: number): number {
	const until = answer.state === "silent" ? answer.until : undefined;
	if (until !== undefined) return Math.max(until, now + SHORTEST_DELAY_MS);
	return now + Math.min(LONGEST_DELAY_MS, Math.max(SHORTEST_DELAY_MS, now - outcome_at));
}

function whereToLook({ incident, attempts, failure, fix_branch }: Remediation) {
	const pulls = attempts.flatMap(({ pull_request }) => pull_request ?? []);
	return {
		repository: incident.repository,
		fix_branch,
		fix_pull_request: pulls.findLast((number) => number !== failure.pr_number),
		pr_number: failure.pr_number,
		...(isOwnBranch(failure) && { branch: failure.branch }),
	};
}

interface Asked {
	readonly client: RepoClient;
	readonly heads: readonly Head[];
	readonly signal: AbortSignal;
}

async function learn(effects: Effects, found: Remediation, asked: Asked): Promise<GitHubSays> {
	const { failure, state } = found;
	const outcome = outcomeFor(await effects.engine(), failure.repository);
	const heads = asked.heads.filter(
		({ of, branch }) => of === "fix" || failure.branch === undefined || branch === failure.branch,
	);
	if (heads.length === 0) return { state: "cannot_tell", why: "GitHub shows neither the branch nor one of a fix" };
	const now = effects.now();
	const rows: CheckRow[] = [];
	for (const head of heads) rows.push(...(await rowsOf(asked, found, head, now)));
	if (rows.length > 0) await storeResults(effects.journal, rows.slice(0, MOST_ROWS)).run();

	const isSame = branchStrategy(failure, outcome, undefined).name === "same";
	const since = found.attempts.find(({ attempt }) => attempt === found.incident.attempt)?.decided_at ?? 0;
	const pushed = heads.filter(
		({ of, sha, runs }) => (of === "fix" || (isSame && sha !== failure.head_sha)) && !areOlder(runs, since),
	);
	const own = heads.find(({ of }) => of === "own");
	return {
		state: "answered",
		heads: heads.map(({ sha }) => sha),
		hasPushed: pushed.length > 0,
		hasRun: pushed.some(({ runs, checks, statuses }) => runs.length + checks.length + statuses.length > 0),
		running: pushed.flatMap((head) => runningOn(head, state.goal, failure)),
		isComputing: asksMergeable(state.goal) && (own?.mergeable_state ?? "unknown") === "unknown",
	};
}

/** What began before the attempt is no result of it: the commit is an earlier attempt's. */
function areOlder(runs: readonly RunAnswer[], since: number): boolean {
	return runs.length > 0 && runs.every(({ run_started_at }) => Date.parse(run_started_at ?? "") < since);
}

function asksMergeable(goal: Goal): boolean {
	return goal.kind === "head" && goal.red.some(isMergeable);
}

/** Whether a check decides; the matcher knows what the names of the deciding ones are. */
function decidesFor(goal: Goal, failure: CheckRef): (of: CheckRef) => boolean {
	const deciding = decidingChecks(goal, failure);
	if (deciding === undefined) return () => true;
	const isSame = checkMatcher(deciding);
	return (of) => {
		const check = checkOf(of);
		return check !== undefined && deciding.some((one) => isSame(check, one));
	};
}

/** The checks that decide; undefined: all do. */
function decidingChecks(goal: Goal, failure: CheckRef): readonly CheckIdentity[] | undefined {
	switch (goal.kind) {
		case "check":
			return [failure].flatMap((of) => checkOf(of) ?? []);
		case "head":
			return goal.red.length === 0 ? undefined : goal.red.flatMap((of) => checkOf(of) ?? []);
		case "fix":
		case "stage":
			return undefined;
		default:
			return goal satisfies never;
	}
}

function runningOn(head: Head, goal: Goal, failure: CheckRef): readonly string[] {
	const decides = decidesFor(goal, failure);
	return [
		...head.runs
			.filter((run) => run.status !== "completed" && decides(refOfRun(run)))
			.map(({ name, path }) => name ?? path ?? "a workflow"),
		...head.checks
			.filter((check) => check.status !== "completed" && !isJob(check) && decides(refOfCheck(check)))
			.map(({ name }) => name),
		...head.statuses
			.filter(({ state, context }) => state === "pending" && decides({ job: context }))
			.map(({ context }) => context),
	];
}

function refOfRun({ name, path }: RunAnswer): CheckRef {
	return { workflow: { ...(name && { name }), ...(path && { path: workflowFile(path) }) } };
}

function refOfCheck({ name, app }: CheckAnswer): CheckRef {
	return { job: name, ...(app?.slug && { app: app.slug }) };
}

/** The results on one head, in the form of those that events report. */
async function rowsOf(asked: Asked, found: Remediation, head: Head, now: number): Promise<readonly CheckRow[]> {
	const { failure, state } = found;
	const { repository } = found.incident;
	const { branch, head_repository, sha: head_sha } = head;
	const of = { repository, head_repository, branch, head_sha };
	const rows: (CheckRow | undefined)[] = [];

	const runs = head.runs.filter((run) => isRunOf(run, head) && isConclusive(run));
	for (const run of runs) rows.push(checkRowOf({ ...of, ...runFields(run) }, conclusionOf(run.conclusion), now));
	const decides = decidesFor(state.goal, failure);
	const red = runs.filter((run) => hasFailed(run.conclusion) && decides(refOfRun(run)));
	for (const run of red.slice(0, MOST_RUNS_READ)) {
		const jobs = await failedJobs(asked.client, { run_id: run.id }, asked.signal);
		for (const { name: job, html_url, steps } of jobs.ok ? jobs.value : []) {
			const failed_steps = (steps ?? []).filter(({ conclusion }) => hasFailed(conclusion)).map(({ name }) => name);
			const own = { job, failed_steps, ...(html_url && { url: html_url }) };
			rows.push(checkRowOf({ ...of, ...runFields(run), ...own }, "failure", now));
		}
	}
	for (const check of head.checks) {
		if (!isConclusive(check) || isJob(check)) continue;
		const { conclusion, html_url, started_at } = check;
		const own = { ...refOfCheck(check), ...(html_url && { url: html_url }), ...(started_at && { started_at }) };
		rows.push(checkRowOf({ ...of, ...own }, conclusionOf(conclusion), now));
	}
	for (const status of head.statuses) {
		if (status.state !== "success" && !isRedStatus(status)) continue;
		const { context: job, target_url, created_at, state: conclusion } = status;
		const own = { job, ...(target_url && { url: target_url }), ...(created_at && { started_at: created_at }) };
		rows.push(checkRowOf({ ...of, ...own }, conclusionOf(conclusion), now));
	}
	rows.push(mergeableRow(state.goal, of, head, now));
	return rows.filter((row) => row !== undefined);
}

function runFields(run: RunAnswer) {
	const { id, run_attempt, run_started_at, html_url, actor } = run;
	return {
		...refOfRun(run),
		run_id: String(id),
		...(run_attempt && { run_attempt }),
		...(run_started_at && { started_at: run_started_at }),
		...(html_url && { url: html_url }),
		...(actor && { actor: { login: actor.login, ...(actor.type !== undefined && { type: actor.type }) } }),
	};
}

function conclusionOf(conclusion: string | null | undefined): "success" | "failure" {
	return conclusion === "success" ? "success" : "failure";
}

/** Whether the pull request is in conflict, once GitHub has computed it. */
function mergeableRow(
	goal: Goal,
	of: Parameters<typeof checkRowOf>[0],
	{ of: whose, mergeable_state, url }: Head,
	now: number,
): CheckRow | undefined {
	if (whose !== "own" || !asksMergeable(goal) || mergeable_state === undefined || mergeable_state === "unknown") {
		return undefined;
	}
	const occurred_at = new Date(now).toISOString();
	const conclusion = mergeable_state === "dirty" ? "failure" : "success";
	return checkRowOf({ ...of, ...MERGEABLE, occurred_at, ...(url !== undefined && { url }) }, conclusion, now);
}
