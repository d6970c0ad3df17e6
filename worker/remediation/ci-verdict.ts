import { type CheckIdentity, checkMatcher, checkOfRow } from "../journal/check-identity.ts";
import { type CheckRow, isNewer, isSameRun } from "../journal/checks.ts";
import { readStored } from "../journal/stored-json.ts";

/** The check that failed, from its incident. Without a `check` it is unknown, and any check on the fix counts. */
export interface FailedCheck {
	readonly check?: CheckIdentity;
	/** The failed jobs, check runs or status contexts known so far. */
	readonly jobs: readonly string[];
	readonly branch?: string;
	/** See `positionOf`. */
	readonly position?: string;
	/** The attempt of the run that failed; absent if the event does not say. */
	readonly run_attempt?: number;
	/** When it started or failed, in milliseconds. */
	readonly began_at: number;
	readonly head_sha?: string;
}

/** CI's result for one attempt. `by`: what made it pass. */
export type CiVerdict =
	| { readonly result: "none" }
	| {
			readonly result: "passed";
			readonly by: "agent" | "rerun" | "other";
			readonly row: CheckRow;
			/** The run passed in the very attempt that a job of it failed: the job may fail (`continue-on-error`). */
			readonly isAllowedFailure?: true;
	  }
	| {
			readonly result: "failed";
			readonly row: CheckRow;
			/** What failed; the same text for the same failure. */
			readonly signature: string;
			readonly received_at: number;
	  }
	/** The newest failure on the branch comes from a person's push, and has its own incident. */
	| { readonly result: "another_incident"; readonly row: CheckRow; readonly incident_id: string };

export interface CiInput {
	readonly failed: FailedCheck;
	/** The latest result of every check on the relevant branches. */
	readonly checks: readonly CheckRow[];
	/** Branches of the fix. */
	readonly fixBranches: readonly string[];
	/** Failures from this time on count for the current attempt, in milliseconds; undefined: there is no attempt yet. */
	readonly since?: number;
	readonly isOwnAgent: (login: string) => boolean;
	/** The id of another incident for this run on the failed branch, if there is one. */
	readonly incidentOf: (row: CheckRow) => string | undefined;
}

/**
 * Whether the failed check passes again: on its branch or on a branch of the fix, in a run newer than the failed one. Only
 * the latest result of each check counts, so the order in which results arrive does not matter.
 */
export function judgeCi(input: CiInput): CiVerdict {
	const { failed, fixBranches } = input;
	const checks = input.checks.filter(isOf(failed, input.checks));
	const own = checks.filter((row) => row.branch === failed.branch && !fixBranches.includes(row.branch));
	const fixes = fixBranches.map((branch) => checks.filter((row) => row.branch === branch));

	const onFixes = fixes.map((rows) => judgeBranch(rows, failed, () => true));
	const passing = onFixes.find((judged) => judged?.result === "passed");
	if (passing !== undefined) return { result: "passed", by: "agent", row: passing.newest };

	// Without the check's name, checks on a branch of others say nothing about a fix on its own branch.
	const onOwn = failed.check === undefined ? undefined : judgeBranch(own, failed, isNewerThan(failed));
	if (onOwn?.result === "passed") {
		const row = onOwn.newest;
		if (isAllowedFailure(failed, row)) return { result: "passed", by: "other", row, isAllowedFailure: true };
		return { result: "passed", by: passedBy(input, row), row };
	}

	const failing = onFixes.find((judged) => judged?.result === "failed" && isOfAttempt(input, judged.newest));
	if (failing !== undefined) return failedVerdict(failing);
	if (onOwn?.result !== "failed") return { result: "none" };
	const { newest } = onOwn;
	const isByPerson = newest.actor_type === "User" && !isAgents(input, newest);
	const other = isByPerson ? input.incidentOf(newest) : undefined;
	if (other !== undefined) return { result: "another_incident", row: newest, incident_id: other };
	return !isByPerson && isOfAttempt(input, newest) ? failedVerdict(onOwn) : { result: "none" };
}

interface BranchVerdict {
	readonly result: "passed" | "failed";
	/** The result that decided it. */
	readonly newest: CheckRow;
	/** All results of that run. */
	readonly rows: readonly CheckRow[];
}

function judgeBranch(
	all: readonly CheckRow[],
	failed: FailedCheck,
	counts: (row: CheckRow) => boolean,
): BranchVerdict | undefined {
	const rows = all.filter(counts);
	const deciding = (failed.check?.kind === "workflow" ? [undefined] : jobsOf(failed, rows)).map((job) =>
		newestOf(job === undefined ? rows : rows.filter((row) => row.job === job || row.job === "")),
	);
	const known = deciding.filter((row) => row !== undefined);
	const failing = newestOf(known.filter((row) => row.conclusion === "failure"));
	if (failing !== undefined) {
		return { result: "failed", newest: failing, rows: rows.filter(({ position }) => position === failing.position) };
	}
	const passing = newestOf(known);
	return passing === undefined || known.length < deciding.length
		? undefined
		: { result: "passed", newest: passing, rows };
}

/** The jobs that have to pass. If the check is unknown, these are all on the fix. */
function jobsOf(failed: FailedCheck, rows: readonly CheckRow[]): readonly (string | undefined)[] {
	if (failed.check !== undefined && failed.jobs.length > 0) return failed.jobs;
	const names = [...new Set(rows.map(({ job }) => job))];
	return names.length === 0 ? [undefined] : names;
}

/** The newest result; within one run, the run's own result before those of its jobs. */
function newestOf(rows: readonly CheckRow[]): CheckRow | undefined {
	let newest: CheckRow | undefined;
	for (const row of rows) {
		const isBetter =
			newest === undefined ||
			row.position > newest.position ||
			(row.position === newest.position && row.job < newest.job);
		if (isBetter) newest = row;
	}
	return newest;
}

/** Whether a result is one of the failed check; of any check if that is unknown. */
export function isOf({ check }: FailedCheck, known: readonly CheckRow[]): (row: CheckRow) => boolean {
	if (check === undefined) return () => true;
	const isSame = checkMatcher([check, ...known.map(checkOfRow)]);
	return (row) => isSame(checkOfRow(row), check);
}

function isNewerThan(failed: FailedCheck): (row: CheckRow) => boolean {
	const { position, began_at } = failed;
	return (row) =>
		isAllowedFailure(failed, row) ||
		((position === undefined ? undefined : isNewer(row.position, position)) ?? row.started_at > began_at);
}

/** Whether it is the run's own success in the attempt that a job of it failed. */
function isAllowedFailure({ check, position, run_attempt }: FailedCheck, row: CheckRow): boolean {
	const isOwnWord = check?.kind === "workflow" && row.job === "" && row.position === position;
	return isOwnWord && run_attempt !== undefined && row.conclusion === "success";
}

function isOfAttempt({ since }: CiInput, row: CheckRow): boolean {
	return since !== undefined && row.started_at >= since;
}

function passedBy(input: CiInput, row: CheckRow): "agent" | "rerun" | "other" {
	const { position, head_sha } = input.failed;
	const isSame = position !== undefined && isSameRun(row.position, position);
	if (isSame || (head_sha !== undefined && row.head_sha === head_sha)) return "rerun";
	return isAgents(input, row) ? "agent" : "other";
}

function isAgents({ isOwnAgent }: CiInput, { actor_login }: CheckRow): boolean {
	return actor_login !== null && isOwnAgent(actor_login);
}

function failedVerdict({ newest, rows }: BranchVerdict): CiVerdict {
	const failures = rows.filter(({ job, conclusion }) => conclusion === "failure" && job !== "").map(describeJob);
	return {
		result: "failed",
		row: newest,
		signature: failures.length === 0 ? newest.check_name : failures.toSorted().join("; "),
		received_at: Math.max(...rows.map(({ received_at }) => received_at)),
	};
}

function describeJob({ job, failed_steps }: CheckRow): string {
	if (failed_steps === null) return job;
	const steps = readStored("checks.failed_steps", failed_steps);
	if (!steps.ok) return `${job}: steps unknown`;
	return steps.value.length === 0 ? job : `${job}: ${steps.value.join(", ")}`;
}
