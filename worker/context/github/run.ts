import type { WorkflowRun } from "../../../pipeline/context.ts";
import { headRepositoryName } from "../../../pipeline/head-repository.ts";
import type { SourceResult } from "../source.ts";
import type { CachedQueries } from "./cached-queries.ts";
import { branchHead } from "./commit-results.ts";
import { compact, type Parsed, parseResponse, type RepoClient, sourceFailure } from "./repo-client.ts";
import { laterOnSameBranch, type RunAnswer, runsSchema } from "./run-answer.ts";

/**
 * `github.run`: the run itself, with its branch's repository and its actor, which a job's payload lacks; whether the branch's
 * head moved, whether a newer run of the workflow exists there, and whether it passes now. What the run itself reports stays
 * when a later question fails: the filters need to know whose branch it is.
 */
export async function askRun(client: RepoClient, queries: CachedQueries, signal: AbortSignal): Promise<SourceResult> {
	const found = await queries.run();
	if (!found.ok) return sourceFailure(found.problem);
	const run = found.value;
	if (run === undefined) return { status: "empty" };
	const [newest, head] = await Promise.all([laterRuns(client, run, signal), headOf(client, queries, run, signal)]);
	const failures = [
		...(newest.ok ? [] : [{ what: "newer runs", failure: sourceFailure(newest.problem) }]),
		...(head.ok ? [] : [{ what: "the branch's head", failure: sourceFailure(head.problem) }]),
	];
	const limited = failures.find(({ failure }) => failure.status === "deferred");
	if (limited !== undefined) return limited.failure;

	const later = newest.ok ? newest.value : [];
	const finished = later.find(({ status }) => status === "completed") ?? run;
	const incomplete = failures.map(({ what, failure }) => `${what}: ${failure.why}`).join("; ");
	const data: WorkflowRun = {
		id: String(run.id),
		workflow: compact({ name: run.name, path: run.path }),
		...compact({
			event: run.event,
			attempt: run.run_attempt,
			status: run.status,
			conclusion: run.conclusion,
			head_repository: headRepositoryName(run.head_repository),
			head_branch: run.head_branch,
			head_sha: run.head_sha,
			actor: run.actor && { login: run.actor.login, ...compact({ type: run.actor.type }) },
			head: head.ok && head.value !== undefined ? { sha: head.value, moved: head.value !== run.head_sha } : undefined,
			newer: later[0] && newerRun(later[0]),
			green_now: newest.ok ? finished.status === "completed" && finished.conclusion === "success" : undefined,
		}),
	};
	return { status: "ok", data, ...(incomplete !== "" && { incomplete }) };
}

function newerRun({ id, html_url, head_sha, status, conclusion }: RunAnswer): NonNullable<WorkflowRun["newer"]> {
	return { id: String(id), ...compact({ url: html_url, head_sha, status, conclusion }) };
}

/** Later runs of the same workflow on the same branch of the same repository, newest first. */
async function laterRuns({ get, repo }: RepoClient, run: RunAnswer, signal: AbortSignal): Promise<Parsed<RunAnswer[]>> {
	if (!run.head_branch) return { ok: true, value: [] };
	const parameters = { ...repo, workflow_id: run.workflow_id, branch: run.head_branch, per_page: 20 };
	const route = "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
	const runs = parseResponse(runsSchema, await get(route, parameters, signal));
	if (!runs.ok) return runs;
	return { ok: true, value: laterOnSameBranch(runs.value.workflow_runs, run) };
}

/** The branch's current head; undefined if the branch or fork is deleted or not visible to us. */
async function headOf(
	client: RepoClient,
	queries: CachedQueries,
	run: RunAnswer,
	signal: AbortSignal,
): Promise<Parsed<string | undefined>> {
	const pull = await queries.pullRequest();
	if (pull.ok && pull.value !== undefined && pull.value.head.ref === run.head_branch) {
		return { ok: true, value: pull.value.head.sha };
	}
	const [owner, repo] = (run.head_repository?.full_name ?? "").split("/");
	if (!owner || !repo || !run.head_branch) return { ok: true, value: undefined };
	return await branchHead(client, { owner, repo, branch: run.head_branch }, signal);
}
