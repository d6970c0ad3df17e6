import { isOwnBranch } from "../../pipeline/head-repository.ts";
import type { Incident } from "../../pipeline/incident.ts";
import { isOwnJob } from "../../pipeline/index.ts";
import { createCachedQueries } from "../context/github/cached-queries.ts";
import { checksOfRef, isConclusive, statusesOfRef } from "../context/github/commit-results.ts";
import { failedJobs, hasFailed } from "../context/github/failed-jobs.ts";
import { boundedClient, parseResponse, type RepoClient } from "../context/github/repo-client.ts";
import { laterOnSameBranch, type RunAnswer, runsSchema } from "../context/github/run-answer.ts";
import type { GitHub } from "../github/github.ts";

/** GitHub's latest result of the failed workflow or check, on the branch that it failed on. */
export type NewerResult =
	| { readonly result: "passed"; readonly what: string }
	/** It failed again; only the journal knows whether that is an incident. */
	| { readonly result: "failed"; readonly run_id: string }
	| { readonly result: "failed"; readonly app: string; readonly head_sha: string };

/** Undefined if nothing newer is known: nothing ran since, it is in progress, or GitHub cannot be asked. */
export async function askNewer(
	github: GitHub,
	incident: Incident,
	signal: AbortSignal,
): Promise<NewerResult | undefined> {
	if (incident.kind !== "ci") return undefined;
	const client = boundedClient(github, incident, signal);
	if (incident.run_id !== undefined) return await newerOfRuns(client, incident, signal);
	const { branch, job } = incident;
	// A fork's branch is not in this repository, and one of ours may have its name.
	if (branch === undefined || !isOwnBranch(incident)) return undefined;
	const jobs = incident.jobs ?? (job === undefined ? [] : [job]);
	if (incident.app !== undefined) return await newerOfChecks(client, { branch, app: incident.app, jobs });
	return incident.event === "status" ? await newerOfStatuses(client, { branch, contexts: jobs }) : undefined;
}

/** The newest completed run of the same workflow, on the same branch of the same repository. */
async function newerOfRuns(
	client: RepoClient,
	incident: Incident,
	signal: AbortSignal,
): Promise<NewerResult | undefined> {
	const found = await createCachedQueries(client, incident).run();
	if (!found.ok || found.value === undefined) return undefined;
	const run = found.value;
	const [newest] = (await laterRuns(client, run)).filter(isConclusive);
	// A rerun has the same run id and may have passed.
	const decides = newest ?? (isConclusive(run) ? run : undefined);
	if (decides === undefined) return undefined;
	if (decides.conclusion === "success") {
		const which = decides.id === run.id ? "a rerun of its run" : `the newer run ${decides.run_number}`;
		return {
			result: "passed",
			what: `the workflow passed in ${which}${decides.html_url ? `: ${decides.html_url}` : ""}`,
		};
	}
	if (incident.part !== undefined && (await isOthersAlone(client, incident, decides, signal))) {
		return { result: "passed", what: `its jobs are red no more, although others of run ${decides.id} are` };
	}
	return decides.id === run.id ? undefined : { result: "failed", run_id: String(decides.id) };
}

/** Whether only jobs of the run's other incidents are red. */
async function isOthersAlone(
	client: RepoClient,
	incident: Incident,
	{ id }: RunAnswer,
	signal: AbortSignal,
): Promise<boolean> {
	const red = await failedJobs(client, { run_id: id }, signal);
	return red.ok && red.value.length > 0 && !red.value.some(({ name }) => isOwnJob(incident, name));
}

/** Newest first. */
async function laterRuns({ get, repo }: RepoClient, run: RunAnswer): Promise<readonly RunAnswer[]> {
	if (!run.head_branch) return [];
	const parameters = { ...repo, workflow_id: run.workflow_id, branch: run.head_branch, per_page: 30 };
	const runs = parseResponse(
		runsSchema,
		await get("GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs", parameters),
	);
	return runs.ok ? laterOnSameBranch(runs.value.workflow_runs, run) : [];
}

/** The App's check runs on the branch's head: passed if each of the failed ones passes. */
async function newerOfChecks(
	client: RepoClient,
	of: { readonly branch: string; readonly app: string; readonly jobs: readonly string[] },
): Promise<NewerResult | undefined> {
	if (of.jobs.length === 0) return undefined;
	const answer = await checksOfRef(client, of.branch);
	if (!answer.ok) return undefined;
	const ours = answer.value.checks.filter(({ app, name }) => app?.slug === of.app && of.jobs.includes(name));
	const failed = ours.find(({ status, conclusion }) => status === "completed" && hasFailed(conclusion));
	if (failed?.head_sha) return { result: "failed", app: of.app, head_sha: failed.head_sha };
	const isPassing = of.jobs.every((job) => {
		const runs = ours.filter(({ name }) => name === job);
		return runs.length > 0 && runs.every(({ conclusion }) => conclusion === "success");
	});
	return isPassing
		? { result: "passed", what: `${of.jobs.join(", ")} of ${of.app} passed on the branch's head` }
		: undefined;
}

/** The latest commit status of each context on the branch's head: passed if each of the failed ones passes. */
async function newerOfStatuses(
	client: RepoClient,
	of: { readonly branch: string; readonly contexts: readonly string[] },
): Promise<NewerResult | undefined> {
	if (of.contexts.length === 0) return undefined;
	const answer = await statusesOfRef(client, of.branch);
	if (!answer.ok) return undefined;
	const states = new Map(answer.value.map(({ context, state }) => [context, state]));
	const isPassing = of.contexts.every((context) => states.get(context) === "success");
	return isPassing ? { result: "passed", what: `${of.contexts.join(", ")} passed on the branch's head` } : undefined;
}
