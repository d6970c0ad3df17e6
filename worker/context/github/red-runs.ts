import type { RepoClient } from "./asking.ts";
import { hasFailed } from "./failed-jobs.ts";
import { type RunAnswer, runsSchema } from "./run-answer.ts";
import { type Parsed, parseResponse } from "./told.ts";

/**
 * The runs of GitHub Actions that are red on a commit, newest first: of each workflow, for each event that starts it, the
 * newest run that came to an end. A run that was cancelled or skipped says nothing about the failure before it. One page:
 * where there are more runs on one commit, the oldest tell nothing new.
 */
export async function redRuns({ get, repo }: RepoClient, head_sha: string): Promise<Parsed<readonly RunAnswer[]>> {
	const parameters = { ...repo, head_sha, per_page: 100 };
	const list = parseResponse(runsSchema, await get("GET /repos/{owner}/{repo}/actions/runs", parameters));
	if (!list.ok) return list;
	const newest = new Map<string, RunAnswer>();
	for (const run of list.value.workflow_runs.filter(isConclusive)) {
		const of = `${run.workflow_id} ${run.event}`;
		if (run.id > (newest.get(of)?.id ?? 0)) newest.set(of, run);
	}
	const red = [...newest.values()].filter(({ conclusion }) => hasFailed(conclusion));
	return { ok: true, value: red.toSorted((one, other) => other.id - one.id) };
}

function isConclusive({ status, conclusion }: RunAnswer): boolean {
	return status === "completed" && (conclusion === "success" || hasFailed(conclusion));
}
