import { isNamed } from "../journal/check-heads.ts";
import {
	type CheckIdentity,
	type CheckRef,
	checkMatcher,
	checkName,
	checkOf,
	checkOfRow,
} from "../journal/check-identity.ts";
import type { CheckRow } from "../journal/checks.ts";
import {
	type BranchVerdict,
	type CiInput,
	type CiVerdict,
	type FailedCheck,
	failedVerdict,
	type Hint,
	isAgents,
	isNewerThan,
	isOf,
	isOfAttempt,
	judgeBranch,
	judgeCi,
	passedBy,
} from "./ci-verdict.ts";
import { type Goal, isMergeable } from "./goal.ts";
import { isJobOf, isPart } from "./parts-of-runs.ts";

export interface GoalInput extends Omit<CiInput, "checks"> {
	/** Results of whole checks, and jobs that failed. */
	readonly checks: readonly CheckRow[];
	/** Successes of parts of runs, whoever's branch they are on: they count once GitHub names their commit. */
	readonly parts: readonly CheckRow[];
	/** The jobs that failed, also those of a workflow. */
	readonly failed_jobs: readonly string[];
	/** When the first attempt of the budget was decided, in milliseconds; undefined: there is none yet. */
	readonly from?: number;
}

/** Splits the results on a remediation's branches into whole checks and parts of runs. */
export function splitParts(
	rows: { readonly checks: readonly CheckRow[]; readonly uncounted: readonly CheckRow[] },
	failed: CheckIdentity | undefined,
): { readonly checks: readonly CheckRow[]; readonly parts: readonly CheckRow[] } {
	return {
		checks: rows.checks.filter((row) => !isPart(row, failed)),
		parts: [...rows.checks, ...rows.uncounted].filter((row) => isPart(row, failed) && row.conclusion === "success"),
	};
}

/**
 * Whether the goal is reached, by the newest results that the journal has. It depends on the results alone, not on the order in
 * which they arrived.
 */
export function judgeGoal(goal: Goal, input: GoalInput): CiVerdict {
	switch (goal.kind) {
		case "check":
			return withHint(judgeCi(input), () => hintOfJobs(input));
		case "fix":
			return withHint(judgeFix(input), () => hintOfHead(newestHead({ ...input, isOnFixAlone: true }), input));
		case "head":
			return goal.red.length > 0 ? judgeRed(goal.red, input) : judgeHead(input);
		case "stage":
			return judgeStage(goal.play, input);
		default:
			return goal satisfies never;
	}
}

function withHint(verdict: CiVerdict, hintOf: () => Hint | undefined): CiVerdict {
	const hint = verdict.result === "none" ? hintOf() : undefined;
	return hint === undefined ? verdict : { result: "none", hint };
}

/** The failed jobs pass in a run whose own result has not arrived: those who subscribe to jobs alone never get it. */
function hintOfJobs(input: GoalInput): Hint | undefined {
	const { failed, failed_jobs, fixBranches } = input;
	const isNewer = isNewerThan({ began_at: failed.began_at, jobs: [] });
	const parts = input.parts.filter((row) => fixBranches.includes(row.branch) || isNewer(row));
	const head = newestOf(parts)?.head_sha;
	const onHead = parts.filter(({ head_sha }) => head_sha !== null && head_sha === head);
	return hintOf(onHead, input, areGreen(onHead, failed.check, failed_jobs));
}

function areGreen(parts: readonly CheckRow[], check: CheckIdentity | undefined, jobs: readonly string[]): boolean {
	if (check === undefined || jobs.length === 0) return false;
	return jobs.every((job) => parts.some((row) => isJobOf(row, check, job)));
}

function hintOf(rows: readonly CheckRow[], input: GoalInput, isEnough: boolean): Hint | undefined {
	const row = newestOf(rows);
	if (row === undefined) return undefined;
	return {
		row,
		by: input.fixBranches.includes(row.branch) ? "agent" : passedBy(input, row),
		received_at: Math.max(...rows.map(({ received_at }) => received_at)),
		isEnough,
		isOurs: rows.every((one) => isNamed(one) || isAgents(input, one)),
	};
}

/** Every check that the fix has passes there: each by its own newest result. */
function judgeFix(input: GoalInput): CiVerdict {
	const onFixes = byBranch(input).fixes.map((rows) => byCheck(rows).flatMap((own) => judgeCheck(own) ?? []));
	const passing = onFixes.find((judged) => judged.length > 0 && judged.every(({ result }) => result === "passed"));
	const newest = newestOf((passing ?? []).map((judged) => judged.newest));
	if (newest !== undefined) return { result: "passed", by: "agent", row: newest };
	const failing = onFixes.flat().find((judged) => judged.result === "failed" && isOfAttempt(input, judged.newest));
	return failing === undefined ? { result: "none" } : failedVerdict(failing);
}

/** The results of each check: a workflow's runs and its jobs are one. */
export function byCheck(rows: readonly CheckRow[]): readonly (readonly CheckRow[])[] {
	const isSame = checkMatcher(rows.map(checkOfRow));
	const groups: CheckRow[][] = [];
	for (const row of rows.toSorted((one, other) => compare(one.check_name, other.check_name))) {
		const known = groups.find(([first]) => first !== undefined && isSame(checkOfRow(first), checkOfRow(row)));
		if (known === undefined) groups.push([row]);
		else known.push(row);
	}
	return groups;
}

/** Judges one check by all of its results. */
export function judgeCheck(rows: readonly CheckRow[]): BranchVerdict | undefined {
	const [first] = rows;
	if (first === undefined) return undefined;
	return judgeBranch(rows, { check: checkOfRow(first), jobs: [], began_at: 0 }, () => true);
}

/** Each of the checks that were red has to pass, each on its branch or on the fix. */
function judgeRed(red: readonly CheckRef[], input: GoalInput): CiVerdict {
	const { from } = input;
	if (from === undefined) return { result: "none" };
	const judged = checksIn(red).map((check) => judgeOne(check, input, from));
	const failing = judged.find((one) => one.result === "failed" || one.result === "another_incident");
	if (failing !== undefined) return failing;
	const passing = judged.filter((one) => one.result === "passed");
	if (passing.length === judged.length) return newestPassed(passing);
	const hints = judged.flatMap((one) => (one.result === "none" && one.hint !== undefined ? [one.hint] : []));
	const newest = hints.toSorted((one, other) => other.row.started_at - one.row.started_at)[0];
	if (newest === undefined) return { result: "none" };
	const isEnough = hints.length + passing.length === judged.length && hints.every((hint) => hint.isEnough);
	const received_at = Math.max(...hints.map((hint) => hint.received_at));
	return { result: "none", hint: { ...newest, received_at, isEnough } };
}

/** One entry a check, with the jobs of it that were red. */
function checksIn(red: readonly CheckRef[]): readonly RedCheck[] {
	const byName = new Map<string, RedCheck & { readonly jobs: string[] }>();
	for (const of of red) {
		const check = checkOf(of);
		if (check === undefined) continue;
		const name = checkName(check);
		const known = byName.get(name) ?? { check, of, jobs: [] };
		if (of.job !== undefined && !known.jobs.includes(of.job)) known.jobs.push(of.job);
		byName.set(name, known);
	}
	return [...byName.values()];
}

interface RedCheck {
	readonly check: CheckIdentity;
	readonly of: CheckRef;
	readonly jobs: readonly string[];
}

function judgeOne({ check, of, jobs }: RedCheck, input: GoalInput, from: number): CiVerdict {
	const failed: FailedCheck = { check, jobs: check.kind === "workflow" ? [] : jobs, began_at: from };
	const isOfCheck = isOf(failed, input.checks);
	const counts = (row: CheckRow) => row.started_at >= from && isOfCheck(row);
	const { own, fixes } = byBranch(input);
	if (isMergeable(of)) return judgeMergeable(judgeBranch(own, failed, counts), input, own);
	const onFixes = fixes.map((rows) => judgeBranch(rows, failed, counts));
	const onOwn = judgeBranch(own, failed, counts);
	const passing = onFixes.find((judged) => judged?.result === "passed");
	if (passing !== undefined) return { result: "passed", by: "agent", row: passing.newest };
	if (onOwn?.result === "passed") return { result: "passed", by: passedBy(input, onOwn.newest), row: onOwn.newest };
	const failing = onFixes.find((judged) => judged?.result === "failed" && isOfAttempt(input, judged.newest));
	if (failing !== undefined) return failedVerdict(failing);
	if (onOwn?.result === "failed") return failedOnOwn(input, onOwn);
	return withHint({ result: "none" }, () => hintOfJobs({ ...input, failed, failed_jobs: jobs }));
}

/** GitHub does not say who resolved a conflict: the other results of that commit do. */
function judgeMergeable(judged: BranchVerdict | undefined, input: GoalInput, own: readonly CheckRow[]): CiVerdict {
	if (judged === undefined) return { result: "none" };
	const { newest } = judged;
	if (judged.result === "failed") return ofAttempt(input, { ...judged, rows: [{ ...newest, job: "merge conflict" }] });
	const what = "the pull request has no conflict any more";
	if (newest.head_sha === input.failed.head_sha) return { result: "passed", by: "other", row: newest, what };
	const pushed = newestOf(
		own.filter(({ head_sha, actor_login }) => head_sha === newest.head_sha && actor_login !== null),
	);
	return { result: "passed", by: pushed === undefined ? "agent" : passedBy(input, pushed), row: newest, what };
}

function ofAttempt(input: GoalInput, judged: BranchVerdict): CiVerdict {
	return isOfAttempt(input, judged.newest) ? failedVerdict(judged) : { result: "none" };
}

/** A failure on the branch itself: the agent's on a commit that is not the one it was sent to, or a person's. */
function failedOnOwn(input: GoalInput, judged: BranchVerdict): CiVerdict {
	const { newest } = judged;
	if (newest.head_sha === null || newest.head_sha === input.failed.head_sha) return { result: "none" };
	const isByPerson = newest.actor_type === "User" && !isAgents(input, newest);
	const other = isByPerson ? input.incidentOf(newest) : undefined;
	if (other !== undefined) return { result: "another_incident", row: newest, incident_id: other };
	return isByPerson ? { result: "none" } : ofAttempt(input, judged);
}

function newestPassed(passing: readonly (CiVerdict & { readonly result: "passed" })[]): CiVerdict {
	const [newest] = passing.toSorted((one, other) => other.row.started_at - one.row.started_at);
	return newest ?? { result: "none" };
}

/** Nothing is known to have been red: nothing may be red on the agent's commit, and something has to pass there. */
function judgeHead(input: GoalInput): CiVerdict {
	const rows = newestHead(input);
	const red = rows.filter(({ conclusion }) => conclusion === "failure");
	const newest = newestOf(red);
	if (newest === undefined) return withHint({ result: "none" }, () => hintOfHead(rows, input));
	const judged = { result: "failed", newest, rows: red } as const;
	return input.fixBranches.includes(newest.branch) ? ofAttempt(input, judged) : failedOnOwn(input, judged);
}

/** The results of the newest commit that was pushed since the first attempt: on the fix, else on the branch itself. */
function newestHead(input: GoalInput & { readonly isOnFixAlone?: boolean }): readonly CheckRow[] {
	const { from, failed, fixBranches, isOnFixAlone = false } = input;
	if (from === undefined) return [];
	const pushed = [...input.checks, ...input.parts].filter(
		({ branch, head_sha, started_at }) =>
			(fixBranches.includes(branch) || (!isOnFixAlone && branch === failed.branch)) &&
			head_sha !== null &&
			head_sha !== failed.head_sha &&
			started_at >= from,
	);
	const onFix = pushed.filter(({ branch }) => fixBranches.includes(branch));
	const rows = onFix.length > 0 ? onFix : pushed;
	const head = newestOf(rows)?.head_sha;
	return rows.filter(({ head_sha }) => head_sha === head);
}

function hintOfHead(rows: readonly CheckRow[], input: GoalInput): Hint | undefined {
	return rows.some(({ conclusion }) => conclusion === "failure") ? undefined : hintOf(rows, input, true);
}

/** What is reported of the same play since: a later stage means that this one passed, whatever becomes of the later one. */
function judgeStage(play: CheckRef, input: GoalInput): CiVerdict {
	const { from, failed } = input;
	if (from === undefined) return { result: "none" };
	const check = checkOf(play);
	const isOfPlay = check === undefined ? () => false : isOf({ check, jobs: [], began_at: 0 }, []);
	const later = input.checks.filter(
		(row) => isOfPlay(row) && row.started_at >= from && row.started_at > failed.began_at,
	);
	const newest = newestOf(later.filter(({ job, conclusion }) => job !== play.job || conclusion === "success"));
	const again = newestOf(later.filter(({ job, conclusion }) => job === play.job && conclusion === "failure"));
	if (again !== undefined && (newest === undefined || again.started_at >= newest.started_at)) {
		return ofAttempt(input, { result: "failed", newest: again, rows: [again] });
	}
	if (newest === undefined) return { result: "none" };
	const what = newest.job === play.job ? "the stage passed" : `the play went on to its stage ${newest.job}`;
	return { result: "passed", by: "agent", row: newest, what };
}

function byBranch({ checks, failed, fixBranches }: GoalInput): {
	readonly own: readonly CheckRow[];
	readonly fixes: readonly (readonly CheckRow[])[];
} {
	return {
		own: checks.filter(({ branch }) => branch === failed.branch && !fixBranches.includes(branch)),
		fixes: fixBranches.map((branch) => checks.filter((row) => row.branch === branch)),
	};
}

/** The one that began last; among those of one moment the same one, in whatever order they come. */
function newestOf(rows: readonly CheckRow[]): CheckRow | undefined {
	const [newest] = rows.toSorted(
		(one, other) =>
			other.started_at - one.started_at ||
			compare(one.check_name, other.check_name) ||
			compare(one.job, other.job) ||
			compare(one.branch, other.branch),
	);
	return newest;
}

function compare(one: string, other: string): number {
	return one < other ? -1 : Number(one > other);
}
