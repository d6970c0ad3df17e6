import { ACTIONS, type CheckIdentity, checkMatcher, checkOfRow } from "../journal/check-identity.ts";
import type { CheckRow } from "../journal/checks.ts";

/**
 * Whether a success says nothing about the rest of its run: a job of a workflow, a check run of GitHub Actions, which is a job
 * that does not name its workflow, and a suite of GitHub Actions, which is a run that does not name it. The result of the run
 * decides, if it arrives. `failed`: the check that failed; if nobody knows more of it than that it is a check run of GitHub
 * Actions, its check runs decide.
 */
export function isPart(row: CheckRow, failed: CheckIdentity | undefined): boolean {
	const { job, conclusion } = row;
	const check = checkOfRow(row);
	if (isActions(check)) return job === "" || (conclusion === "success" && !isActions(failed));
	return conclusion === "success" && check.kind === "workflow" && job !== "";
}

function isActions(check: CheckIdentity | undefined): boolean {
	return check?.kind === "app" && check.app === ACTIONS;
}

/** Whether a part reports a job of this check, as far as it says. */
export function isJobOf(row: CheckRow, check: CheckIdentity, job: string): boolean {
	const own = checkOfRow(row);
	return row.job === job && (isActions(own) || checkMatcher([check, own])(own, check));
}
