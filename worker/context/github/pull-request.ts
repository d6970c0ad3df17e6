import * as z from "zod";
import type { PullRequest } from "../../../pipeline/context.ts";
import { DELETED_FORK, headRepositoryName, isSameRepository } from "../../../pipeline/head-repository.ts";
import type { Incident } from "../../../pipeline/index.ts";
import type { SourceResult } from "../source.ts";
import { compact, isGone, type Parsed, parseResponse, type RepoClient, sourceFailure } from "./repo-client.ts";

/** `github.pull_request`: the one that `findPullRequest` chooses. */
export async function askPullRequest({
	pullRequest,
}: {
	pullRequest(): Promise<Parsed<PullRequestAnswer | undefined>>;
}): Promise<SourceResult> {
	const found = await pullRequest();
	if (!found.ok) return sourceFailure(found.problem);
	const { value } = found;
	if (value === undefined) return { status: "empty" };
	const data: PullRequest = {
		number: value.number,
		title: value.title,
		...compact({
			url: value.html_url,
			author: value.user?.login,
			is_draft: value.draft,
			mergeable_state: value.mergeable_state,
			base_branch: value.base.ref,
			head_branch: value.head.ref,
			head_sha: value.head.sha,
			head_repository: headRepositoryName(value.head.repo),
			labels: value.labels?.flatMap(({ name }) => name ?? []).slice(0, 50),
		}),
	};
	return { status: "ok", data };
}

/** The head of a pull request; `repo` is null once its fork was deleted. */
export const headSchema = z.object({
	ref: z.string(),
	sha: z.string(),
	repo: z.object({ full_name: z.string() }).nullish(),
});
const listedSchema = z.object({ number: z.number(), state: z.string(), head: headSchema });
const listSchema = z.array(listedSchema);

const pullRequestSchema = z.object({
	...listedSchema.shape,
	title: z.string(),
	html_url: z.string().nullish(),
	draft: z.boolean().nullish(),
	merged: z.boolean().nullish(),
	mergeable_state: z.string().nullish(),
	changed_files: z.number().nullish(),
	user: z.object({ login: z.string() }).nullish(),
	base: z.object({ ref: z.string() }),
	labels: z.array(z.object({ name: z.string().nullish() })).nullish(),
});
export type PullRequestAnswer = z.infer<typeof pullRequestSchema>;

/** The run knows its branch's repository; a job's payload does not. */
type RunOf = () => Promise<
	Parsed<{ readonly head_repository?: { readonly full_name: string } | null | undefined } | undefined>
>;

/**
 * The pull request of an incident: by the event's number, else the open one of the branch, else the open one that contains
 * the commit. Events name no pull request from a fork.
 */
export async function findPullRequest(
	client: RepoClient,
	incident: Incident,
	runOf: RunOf,
): Promise<Parsed<PullRequestAnswer | undefined>> {
	if (incident.pr_number !== undefined) return await readPullRequest(client, incident.pr_number);
	const ofBranch = await byBranch(client, await withHeadRepository(incident, runOf));
	if (!ofBranch.ok) return ofBranch;
	const found = ofBranch.value === undefined ? await byCommit(client, incident) : ofBranch;
	if (!found.ok) return found;
	return found.value === undefined ? { ok: true, value: undefined } : await readPullRequest(client, found.value);
}

async function withHeadRepository(incident: Incident, runOf: RunOf): Promise<Incident> {
	if (incident.head_repository !== undefined || incident.run_id === undefined) return incident;
	const run = await runOf();
	const head_repository = run.ok ? headRepositoryName(run.value?.head_repository) : undefined;
	return head_repository === undefined ? incident : { ...incident, head_repository };
}

/** A fork's branch may have the name of one of ours: the repository distinguishes them, or else the commit. */
async function byBranch({ get, repo }: RepoClient, incident: Incident): Promise<Parsed<number | undefined>> {
	const { branch, repository, default_branch, head_sha } = incident;
	const home = incident.head_repository ?? repository;
	const isDefault = branch === default_branch && isSameRepository(home, repository);
	if (branch === undefined || isDefault || home === DELETED_FORK) return { ok: true, value: undefined };
	const parameters = { ...repo, state: "open", head: `${home.split("/")[0]}:${branch}`, per_page: 20 } as const;
	const list = parseResponse(listSchema, await get("GET /repos/{owner}/{repo}/pulls", parameters));
	if (!list.ok) return list;
	const found = list.value.find(({ head }) =>
		incident.head_repository === undefined ? head.sha === head_sha : isSameRepository(head.repo?.full_name ?? "", home),
	);
	return { ok: true, value: found?.number };
}

async function byCommit({ get, repo }: RepoClient, { head_sha }: Incident): Promise<Parsed<number | undefined>> {
	if (head_sha === undefined) return { ok: true, value: undefined };
	const parameters = { ...repo, commit_sha: head_sha, per_page: 20 };
	const list = parseResponse(listSchema, await get("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", parameters));
	if (!list.ok) return isGone(list.problem) ? { ok: true, value: undefined } : list;
	const open = list.value.filter(({ state }) => state === "open");
	return { ok: true, value: (open.find(({ head }) => head.sha === head_sha) ?? open[0])?.number };
}

async function readPullRequest({ get, repo }: RepoClient, pull_number: number): Promise<Parsed<PullRequestAnswer>> {
	const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
	return parseResponse(pullRequestSchema, await get(route, { ...repo, pull_number }));
}
