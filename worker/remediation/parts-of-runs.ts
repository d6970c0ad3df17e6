import { type CheckRow, isWorkflow } from "../journal/checks.ts";

const ACTIONS = "app:github-actions";

/**
 * Whether a success says nothing about the rest of its run: a job of a workflow, a check run of GitHub Actions, which is a job
 * that does not name its workflow, and a suite of GitHub Actions, which is a run that does not name it. The result of the run
 * decides, if it arrives. `check_name`: the check that failed; if nobody knows more of it than that it is a check run of
 * GitHub Actions, its check runs decide.
 */
export function isPart({ check_name, job, conclusion }: CheckRow, failed_check_name: string | undefined): boolean {
	if (check_name === ACTIONS) return job === "" || (conclusion === "success" && failed_check_name !== ACTIONS);
	return conclusion === "success" && isWorkflow(check_name) && job !== "";
}

/** Whether a part reports a job of this workflow, as far as it says. */
export function isJobOf(row: CheckRow, check_name: string, job: string): boolean {
	return row.job === job && (row.check_name === check_name || row.check_name === ACTIONS);
}
