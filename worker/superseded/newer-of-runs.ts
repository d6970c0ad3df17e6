import type { Incident } from "../../pipeline/incident.ts";
import type { RepoClient } from "../context/github/asking.ts";
import { hasFailed } from "../context/github/failed-jobs.ts";
import { createCachedQueries } from "../context/github/lookups.ts";
import { type RunAnswer, runsSchema } from "../context/github/run-answer.ts";
import { parseResponse } from "../context/github/told.ts";
import type { NewerResult } from "./ask-newer.ts";

/** The newest run of the same workflow, on the same branch of the same repository, that came to an end. */
export async function newerOfRuns(client: RepoClient, incident: Incident): Promise<NewerResult | undefined> {
	const found = await createCachedQueries(client, incident).run();
	if (!found.ok || found.value === undefined) return undefined;
	const run = found.value;
	const [newest] = (await laterRuns(client, run)).filter(isConclusive);
	// A rerun is the same run; it may be green by now.
	const decides = newest ?? (isConclusive(run) ? run : undefined);
	if (decides === undefined) return undefined;
	if (decides.conclusion === "success") {
		const which = decides.id === run.id ? "a rerun of its run" : `the newer run ${decides.run_number}`;
		return {
			result: "passed",
			what: `${which} of the workflow is green${decides.html_url ? `: ${decides.html_url}` : ""}`,
		};
	}
	return decides.id === run.id ? undefined : { result: "failed", run_id: String(decides.id) };
}

/** Newest first. */
async function laterRuns({ get, repo }: RepoClient, run: RunAnswer): Promise<readonly RunAnswer[]> {
	if (!run.head_branch) return [];
	const parameters = { ...repo, workflow_id: run.workflow_id, branch: run.head_branch, per_page: 30 };
	const runs = parseResponse(
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
