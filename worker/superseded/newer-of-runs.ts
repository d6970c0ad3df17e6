import type { Incident } from "../../pipeline/incident.ts";
import type { Asking } from "../context/github/asking.ts";
import { hasFailed } from "../context/github/failed-jobs.ts";
import { createLookups } from "../context/github/lookups.ts";
import { type RunAnswer, runsSchema } from "../context/github/run-answer.ts";
import { told } from "../context/github/told.ts";
import type { Newer } from "./ask-newer.ts";

/** The newest run of the same workflow, on the same branch of the same repository, that came to an end. */
export async function newerOfRuns(asking: Asking, incident: Incident): Promise<Newer | undefined> {
	const found = await createLookups(asking, incident).run();
	if (!found.ok || found.value === undefined) return undefined;
	const run = found.value;
	const [newest] = (await laterRuns(asking, run)).filter(isConclusive);
	// A rerun is the same run; it may be green by now.
	const decides = newest ?? (isConclusive(run) ? run : undefined);
	if (decides === undefined) return undefined;
	if (decides.conclusion === "success") {
		const which = decides.id === run.id ? "a rerun of its run" : `the newer run ${decides.run_number}`;
		return {
			says: "green",
			what: `${which} of the workflow is green${decides.html_url ? `: ${decides.html_url}` : ""}`,
		};
	}
	return decides.id === run.id ? undefined : { says: "red", run_id: String(decides.id) };
}

/** Newest first. */
async function laterRuns({ get, repo }: Asking, run: RunAnswer): Promise<readonly RunAnswer[]> {
	if (!run.head_branch) return [];
	const parameters = { ...repo, workflow_id: run.workflow_id, branch: run.head_branch, per_page: 30 };
	const runs = told(
		runsSchema,
		await get("GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs", parameters),
	);
	if (!runs.ok) return [];
	const home = run.head_repository?.full_name;
	return runs.value.workflow_runs
		.filter((other) => other.run_number > run.run_number && other.head_repository?.full_name === home)
		.toSorted((one, other) => other.run_number - one.run_number);
}

/** A run that was cancelled or skipped says nothing about the failure. */
function isConclusive({ status, conclusion }: RunAnswer): boolean {
	return status === "completed" && (conclusion === "success" || hasFailed(conclusion));
}
