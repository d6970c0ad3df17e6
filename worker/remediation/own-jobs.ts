import type { Incident } from "../../pipeline/incident.ts";
import { isOwnJob } from "../../pipeline/index.ts";
import { type CheckRow, isNewer } from "../journal/checks.ts";
import { type CiVerdict, type FailedCheck, isOf } from "./ci-verdict.ts";

/** Results as an incident sees them that has some jobs of its run alone (`outcome.split`). */
export interface OwnResults {
	readonly checks: readonly CheckRow[];
	/** Failed runs that count as passed, because other jobs failed in them. */
	readonly green: ReadonlySet<CheckRow>;
}

/**
 * Leaves out other incidents' jobs. A newer run that failed counts as passed if only those are red in it. That takes the names
 * of its red jobs, and time for their deliveries to arrive; until then it is a failure like any other.
 */
export function ownResults(
	incident: Incident,
	failed: FailedCheck,
	checks: readonly CheckRow[],
	settledBefore: number,
): OwnResults {
	if (incident.part === undefined) return { checks, green: new Set() };
	const isOfFailed = isOf(failed, checks);
	const isOthers = ({ job }: CheckRow) => job !== "" && !isOwnJob(incident, job);
	const isNewerRun = ({ position }: CheckRow) =>
		failed.position !== undefined && isNewer(position, failed.position) === true;
	const green = new Set<CheckRow>();
	const seen = checks.flatMap((row) => {
		if (!isOfFailed(row)) return [row];
		if (isOthers(row)) return [];
		if (row.job !== "" || row.conclusion !== "failure" || !isNewerRun(row)) return [row];
		const red = checks.filter(
			(one) =>
				one.job !== "" && one.conclusion === "failure" && one.branch === row.branch && one.position === row.position,
		);
		const isSettled = [row, ...red].every(({ received_at }) => received_at <= settledBefore);
		if (red.length === 0 || !red.every(isOthers) || !isSettled) return [row];
		const passed: CheckRow = { ...row, conclusion: "success" };
		green.add(passed);
		return [passed];
	});
	return { checks: seen, green };
}

/** Says so where such a run decided. */
export function explainOwn<Verdict extends CiVerdict>(ci: Verdict, { green }: Pick<OwnResults, "green">): Verdict {
	if (ci.result !== "passed" || !green.has(ci.row)) return ci;
	return { ...ci, what: "its jobs are red no more, although others of the run are" };
}
