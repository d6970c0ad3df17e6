import { checkName, checkOfRow } from "../journal/check-identity.ts";
import type { CheckRow } from "../journal/checks.ts";
import { areOtherJobs } from "../journal/open-fixes.ts";
import {
	type CiInput,
	type CiVerdict,
	failedVerdict,
	isNewerThan,
	isOf,
	isOfAttempt,
	judgeBranch,
	passedBy,
} from "./ci-verdict.ts";
import { byCheck, judgeCheck } from "./judge-goal.ts";

/** What CI says of a fix that has to be merged into the branch that failed. */
export interface MergeVerdict {
	/** Passed: on the branch that failed. Failed: there, since the fix was merged; before that, on the branch of the fix. */
	readonly ci: CiVerdict;
	/** The result with which the check passes on the branch of the fix. */
	readonly fixPassed?: CheckRow;
	/** Another check that fails on the branch of the fix. */
	readonly otherRed?: string;
	/** The newest failure on the branch that failed, while the fix is not there: no fault of the fix. */
	readonly redAgain?: CheckRow;
}

export interface MergeInput extends CiInput {
	/** When a pull request of any attempt was merged, in milliseconds. */
	readonly merges: readonly number[];
	/** When the pull request of the current fix was merged. */
	readonly mergedAt?: number;
	/** Results on the branch of the fix count if they began after this: earlier ones are of a pull request that has ended. */
	readonly fixFrom: number;
}

/**
 * Judges the check on the branch that failed, where alone it can be fixed, and on the branch of the fix. Like `judgeCi`, it
 * uses the latest results only, so the order in which they arrive does not matter.
 */
export function judgeMerge(input: MergeInput): MergeVerdict {
	const { failed, fixBranches, mergedAt } = input;
	const isOnFix = ({ branch, started_at }: CheckRow) => fixBranches.includes(branch) && started_at > input.fixFrom;
	const onFix = input.checks.filter(isOnFix);
	const isOfFailed = isOf(failed, input.checks);
	const fixes = fixBranches.map((branch) => judgeBranch(ofBranch(onFix, branch), failed, isOfFailed));
	const fixPassed = fixes.find((judged) => judged?.result === "passed")?.newest;
	const fixFailed = fixes.find((judged) => judged?.result === "failed" && isOfAttempt(input, judged.newest));
	const otherRed = fixBranches.map((branch) => failingCheck(ofBranch(onFix, branch), input)).find(Boolean);

	const base = ofBranch(input.checks, failed.branch).filter(
		(row) => !fixBranches.includes(row.branch) && isOfFailed(row),
	);
	// If nobody knows the check, those of others there say nothing.
	const onBase = failed.check === undefined ? undefined : judgeBranch(base, failed, isNewerThan(failed));
	const found = { ...(fixPassed && { fixPassed }), ...(otherRed !== undefined && { otherRed }) };
	if (onBase?.result === "passed") {
		return { ...found, ci: { result: "passed", by: mergedBy(input, onBase.newest), row: onBase.newest } };
	}
	const failing = onBase !== undefined && isSameFailure(input, onBase) ? onBase : undefined;
	if (mergedAt !== undefined) {
		const hasFix = failing !== undefined && isWithMerge(input, failing.newest, mergedAt);
		return { ...found, ci: hasFix ? failedVerdict(failing) : { result: "none" } };
	}
	const ci: CiVerdict =
		fixPassed === undefined && fixFailed !== undefined ? failedVerdict(fixFailed) : { result: "none" };
	return { ...found, ci, ...(failing !== undefined && { redAgain: failing.newest }) };
}

function ofBranch(rows: readonly CheckRow[], branch: string | undefined): readonly CheckRow[] {
	return rows.filter((row) => row.branch === branch);
}

/** The name of a check that fails, other than the one that failed first. */
function failingCheck(rows: readonly CheckRow[], { failed, checks }: MergeInput): string | undefined {
	const isOfFailed = failed.check === undefined ? () => false : isOf(failed, checks);
	const others = byCheck(rows.filter((row) => !isOfFailed(row)));
	const failing = others.find((own) => judgeCheck(own)?.result === "failed");
	return failing?.[0] === undefined ? undefined : checkName(checkOfRow(failing[0]));
}

/** Adds what GitHub has to confirm: a part of a run that passed on the branch of the fix. */
export function withHintOnFix(
	verdict: MergeVerdict,
	byGoal: CiVerdict,
	{ fixBranches }: Pick<MergeInput, "fixBranches">,
): MergeVerdict {
	const hint = byGoal.result === "none" ? byGoal.hint : undefined;
	if (verdict.ci.result !== "none" || hint === undefined || !fixBranches.includes(hint.row.branch)) return verdict;
	return { ...verdict, ci: { result: "none", hint } };
}

/** A rerun of the old commit passed by itself; what began after the merge of the fix has it. */
function mergedBy(input: MergeInput, row: CheckRow): "agent" | "rerun" | "other" {
	const by = passedBy(input, row);
	return by === "other" && input.merges.some((at) => at <= row.started_at) ? "agent" : by;
}

/** Whether a run on the branch that failed has the fix: it began after the merge, and not as a rerun of the old commit. */
function isWithMerge({ failed }: MergeInput, row: CheckRow, mergedAt: number): boolean {
	return row.started_at >= mergedAt && (row.head_sha === null || row.head_sha !== failed.head_sha);
}

/**
 * Whether a newer failure of the check is of what the fix is for. If other jobs failed, it is another failure, as long as that
 * one has an incident of its own: a failure that has none belongs here, or it would be lost.
 */
function isSameFailure(
	{ failed, incidentOf }: MergeInput,
	{ newest, rows }: { readonly newest: CheckRow; readonly rows: readonly CheckRow[] },
): boolean {
	const jobs = rows.flatMap(({ job, conclusion }) => (conclusion === "failure" && job !== "" ? [job] : []));
	return !areOtherJobs(jobs, failed.first_jobs ?? []) || incidentOf(newest) === undefined;
}
