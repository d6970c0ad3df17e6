import * as z from "zod";
import { ACTIONS } from "../../journal/check-identity.ts";
import { hasFailed } from "./failed-jobs.ts";
import { type Parsed, parseResponse, type RepoClient } from "./repo-client.ts";
import { type RunAnswer, runsSchema } from "./run-answer.ts";

// One page suffices for runs and statuses: on a commit with more of them, the oldest add nothing new.
const PER_PAGE = 100;
const MOST_CHECKS = 300;

/** All runs of GitHub Actions on a commit. */
export async function runsOfCommit(
	{ get, repo }: RepoClient,
	head_sha: string,
	signal?: AbortSignal,
): Promise<Parsed<readonly RunAnswer[]>> {
	const parameters = { ...repo, head_sha, per_page: PER_PAGE };
	const list = parseResponse(runsSchema, await get("GET /repos/{owner}/{repo}/actions/runs", parameters, signal));
	return list.ok ? { ok: true, value: list.value.workflow_runs } : list;
}

/** Whether a run or a check passed or failed. One that was cancelled or skipped says nothing about the failure before it. */
export function isConclusive({ status, conclusion }: Pick<RunAnswer, "status" | "conclusion">): boolean {
	return status === "completed" && (conclusion === "success" || hasFailed(conclusion));
}

/** The newest run that passed or failed, of each workflow and triggering event. */
export function newestConclusive(runs: readonly RunAnswer[]): readonly RunAnswer[] {
	const newest = new Map<string, RunAnswer>();
	for (const run of runs.filter(isConclusive)) {
		const of = `${run.workflow_id} ${run.event}`;
		if (run.id > (newest.get(of)?.id ?? 0)) newest.set(of, run);
	}
	return [...newest.values()];
}

const checkRunsSchema = z.object({
	check_runs: z.array(
		z.object({
			name: z.string(),
			head_sha: z.string().nullish(),
			status: z.string().nullish(),
			conclusion: z.string().nullish(),
			html_url: z.string().nullish(),
			started_at: z.string().nullish(),
			app: z.object({ slug: z.string().nullish() }).nullish(),
			output: z
				.object({ title: z.string().nullish(), summary: z.string().nullish(), text: z.string().nullish() })
				.nullish(),
		}),
	),
});
export type CheckAnswer = z.infer<typeof checkRunsSchema>["check_runs"][number];

/** Whether it is a job of GitHub Actions: its run covers it. */
export function isJob({ app }: Pick<CheckAnswer, "app">): boolean {
	return app?.slug === ACTIONS;
}

/** The newest check run of each name and App on a commit or on a branch's head. */
export async function checksOfRef(
	{ get, repo }: RepoClient,
	ref: string,
	signal?: AbortSignal,
): Promise<Parsed<{ readonly checks: readonly CheckAnswer[]; readonly incomplete?: string }>> {
	const checks: CheckAnswer[] = [];
	for (let page = 1; page * PER_PAGE <= MOST_CHECKS; page++) {
		const parameters = { ...repo, ref, filter: "latest", per_page: PER_PAGE, page } as const;
		const list = parseResponse(
			checkRunsSchema,
			await get("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", parameters, signal),
		);
		if (!list.ok) return list;
		const { check_runs } = list.value;
		checks.push(...check_runs);
		if (check_runs.length < PER_PAGE) return { ok: true, value: { checks } };
	}
	return { ok: true, value: { checks, incomplete: `only ${MOST_CHECKS} of its checks` } };
}

const statusesSchema = z.object({
	statuses: z.array(
		z.object({
			context: z.string(),
			state: z.string(),
			description: z.string().nullish(),
			target_url: z.string().nullish(),
			created_at: z.string().nullish(),
		}),
	),
});
export type StatusAnswer = z.infer<typeof statusesSchema>["statuses"][number];

/** The newest commit status of each context on a commit or on a branch's head. */
export async function statusesOfRef(
	{ get, repo }: RepoClient,
	ref: string,
	signal?: AbortSignal,
): Promise<Parsed<readonly StatusAnswer[]>> {
	const parameters = { ...repo, ref, per_page: PER_PAGE };
	const list = parseResponse(
		statusesSchema,
		await get("GET /repos/{owner}/{repo}/commits/{ref}/status", parameters, signal),
	);
	return list.ok ? { ok: true, value: list.value.statuses } : list;
}

/** Whether a commit status reports a failure. */
export function isRedStatus({ state }: StatusAnswer): boolean {
	return state === "failure" || state === "error";
}

const branchSchema = z.object({ commit: z.object({ sha: z.string() }) });

/** The commit that a branch points at; undefined if the branch does not exist, or its repository is not visible to us. */
export async function branchHead(
	{ get }: RepoClient,
	of: { readonly owner: string; readonly repo: string; readonly branch: string },
	signal?: AbortSignal,
): Promise<Parsed<string | undefined>> {
	const branch = parseResponse(branchSchema, await get("GET /repos/{owner}/{repo}/branches/{branch}", of, signal));
	if (branch.ok) return { ok: true, value: branch.value.commit.sha };
	return branch.problem.reason === "not_found" ? { ok: true, value: undefined } : branch;
}
