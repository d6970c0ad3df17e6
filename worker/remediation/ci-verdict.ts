import { type CheckIdentity, checkMatcher, checkOfRow } from "../journal/check-identity.ts";
import { type CheckRow, isNewer, isSameRun } from "../journal/checks.ts";
import { readStored } from "../journal/stored-json.ts";

/** The check that failed, from its incident. Without a `check` it is unknown, and any check on the fix counts. */
export interface FailedCheck {
	readonly check?: CheckIdentity;
	/** The failed jobs, check runs or status contexts known so far. */
	readonly jobs: readonly string[];
	/** The jobs of a workflow that failed first, as far as they are known: the whole run decides, and these tell failures apart. */
	readonly first_jobs?: readonly string[];
	readonly branch?: string;
	/** See `positionOf`. */
	readonly position?: string;
	/** The attempt of the run that failed; absent if the event does not say. */
	readonly run_attempt?: number;
	/** When it started or failed, in milliseconds. */
	readonly began_at: number;
	readonly head_sha?: string;
}

/** The result of one attempt. `by`: what made it pass. */
export type CiVerdict =
	/** `hint`: something passed that counts once GitHub confirms it. */
	| { readonly result: "none"; readonly hint?: Hint }
	| {
			readonly result: "passed";
			readonly by: "agent" | "rerun" | "other";
			readonly row: CheckRow;
			/** What happened, as a clause, if it is not that CI passed. */
			readonly what?: string;
	  }
	| {
			readonly result: "failed";
			readonly row: CheckRow;
			/** What failed; the same text for the same failure. */
			readonly signature: string;
			/** Every red result of that run, or of that check. */
			readonly failures: readonly CheckRow[];
			readonly received_at: number;
	  }
	/** The newest failure on the branch comes from a person's push, and has its own incident. */
	| { readonly result: "another_incident"; readonly row: CheckRow; readonly incident_id: string };

/** Something passed on the agent's commit, but nobody said yet that nothing else there fails or still runs. */
export interface Hint {
	readonly row: CheckRow;
	readonly by: "agent" | "rerun" | "other";
	/** When the last of it arrived. */
	readonly received_at: number;
	/** Whether all that has to pass did. */
	readonly isEnough: boolean;
	/** Whether the result is known to be of our branch by more than the branch's name. */
	readonly isOurs: boolean;
}

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
		if (isAllowedFailure(failed, row)) return { result: "passed", by: "other", row, what: ALLOWED_FAILURE };
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

export interface BranchVerdict {
	readonly result: "passed" | "failed";
	/** The result that decided it. */
	readonly newest: CheckRow;
	/** All results of that run. */
	readonly rows: readonly CheckRow[];
}

/** Judges one check on one branch, by its newest results that count. */
export function judgeBranch(
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

/** The newest result; of those of one moment always the same one, in whatever order they come. */
function newestOf(rows: readonly CheckRow[]): CheckRow | undefined {
	let newest: CheckRow | undefined;
	for (const row of rows) {
		if (newest === undefined || comesBefore(row, newest)) newest = row;
	}
	return newest;
}

/** Within one run, the run's own result comes before those of its jobs; of two checks of one moment, the one that failed. */
function comesBefore(row: CheckRow, other: CheckRow): boolean {
	if (row.position !== other.position) return row.position > other.position;
	if (row.job !== other.job) return row.job < other.job;
	if (row.conclusion !== other.conclusion) return row.conclusion === "failure";
	return row.check_name < other.check_name;
}

/** Whether a result is one of the failed check; of any check if that is unknown. */
export function isOf({ check }: FailedCheck, known: readonly CheckRow[]): (row: CheckRow) => boolean {
	if (check === undefined) return () => true;
	const isSame = checkMatcher([check, ...known.map(checkOfRow)]);
	return (row) => isSame(checkOfRow(row), check);
}

/** Whether a result is newer than the failure. */
export function isNewerThan(failed: FailedCheck): (row: CheckRow) => boolean {
	const { position, began_at } = failed;
	return (row) =>
		isAllowedFailure(failed, row) ||
		((position === undefined ? undefined : isNewer(row.position, position)) ?? row.started_at > began_at);
}

/** The job may fail: `continue-on-error`. */
const ALLOWED_FAILURE = "CI passed although a job of the run failed";

/** Whether it is the run's own success in the attempt that a job of it failed. */
function isAllowedFailure({ check, position, run_attempt }: FailedCheck, row: CheckRow): boolean {
	const isOwnWord = check?.kind === "workflow" && row.job === "" && row.position === position;
	return isOwnWord && run_attempt !== undefined && row.conclusion === "success";
}

/** Whether a result began during the current attempt. */
export function isOfAttempt({ since }: CiInput, row: CheckRow): boolean {
	return since !== undefined && row.started_at >= since;
}

/** What made the check pass on its own branch. */
export function passedBy(input: Pick<CiInput, "failed" | "isOwnAgent">, row: CheckRow): "agent" | "rerun" | "other" {
	const { position, head_sha } = input.failed;
	const isSame = position !== undefined && isSameRun(row.position, position);
	if (isSame || (head_sha !== undefined && row.head_sha === head_sha)) return "rerun";
	return isAgents(input, row) ? "agent" : "other";
}

/** Whether one of our agents made the run. */
export function isAgents({ isOwnAgent }: Pick<CiInput, "isOwnAgent">, { actor_login }: CheckRow): boolean {
	return actor_login !== null && isOwnAgent(actor_login);
}

/** The verdict after a failing run, with what failed in it. */
export function failedVerdict({ newest, rows }: BranchVerdict): CiVerdict {
	const failures = rows.filter(({ job, conclusion }) => conclusion === "failure" && job !== "");
	const described = failures.map(describeJob);
	return {
		result: "failed",
		row: newest,
		signature: described.length === 0 ? newest.check_name : described.toSorted().join("; "),
		failures,
		received_at: Math.max(...rows.map(({ received_at }) => received_at)),
	};
}

function describeJob({ job, failed_steps }: CheckRow): string {
	if (failed_steps === null) return job;
	const steps = readStored("checks.failed_steps", failed_steps);
	if (!steps.ok) return `${job}: steps unknown`;
	return steps.value.length === 0 ? job : `${job}: ${steps.value.join(", ")}`;
}
