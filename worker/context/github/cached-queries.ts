import * as z from "zod";
import type { Incident } from "../../../pipeline/index.ts";
import { findPullRequest, type PullRequestAnswer } from "./pull-request.ts";
import { type RedOnHead, redOnHead } from "./red-on-head.ts";
import { type Parsed, parseResponse, type RepoClient } from "./repo-client.ts";
import { type RunAnswer, runSchema } from "./run-answer.ts";

/** Queries about one incident that several sources share; each is sent once. `undefined`: there is none. */
export interface CachedQueries {
	run(): Promise<Parsed<RunAnswer | undefined>>;
	pullRequest(): Promise<Parsed<PullRequestAnswer | undefined>>;
	commit(): Promise<Parsed<CommitAnswer | undefined>>;
	/** What failed on the head: the event's commit, else the pull request's head. */
	redOnHead(): Promise<Parsed<RedOnHead | undefined>>;
}

/** A query does not end with the source that sent it first: another source may be waiting for the answer. */
export function createCachedQueries(client: RepoClient, incident: Incident): CachedQueries {
	const run = once(() => findRun(client, incident));
	const pullRequest = once(() => findPullRequest(client, incident, run));
	return {
		run,
		pullRequest,
		commit: once(() => findCommit(client, incident)),
		redOnHead: once(() => findRed(client, incident, pullRequest)),
	};
}

/** The run by its id; undefined without one. */
export async function findRun(
	{ get, repo }: RepoClient,
	{ run_id }: Pick<Incident, "run_id">,
	signal?: AbortSignal,
): Promise<Parsed<RunAnswer | undefined>> {
	const id = Number(run_id);
	if (run_id === undefined || !Number.isSafeInteger(id)) return { ok: true, value: undefined };
	return parseResponse(
		runSchema,
		await get("GET /repos/{owner}/{repo}/actions/runs/{run_id}", { ...repo, run_id: id }, signal),
	);
}

export const fileSchema = z.object({
	filename: z.string(),
	previous_filename: z.string().nullish(),
	status: z.string().nullish(),
	additions: z.number().nullish(),
	deletions: z.number().nullish(),
});
export type FileAnswer = z.infer<typeof fileSchema>;

const commitSchema = z.object({
	sha: z.string(),
	commit: z.object({
		message: z.string(),
		author: z.object({ name: z.string().nullish(), date: z.string().nullish() }).nullish(),
	}),
	author: z.object({ login: z.string().nullish() }).nullish(),
	parents: z.array(z.unknown()),
	files: z.array(fileSchema).nullish(),
});
export type CommitAnswer = z.infer<typeof commitSchema>;

async function findCommit(
	{ get, repo }: RepoClient,
	{ head_sha }: Incident,
): Promise<Parsed<CommitAnswer | undefined>> {
	if (head_sha === undefined) return { ok: true, value: undefined };
	const parameters = { ...repo, ref: head_sha };
	return parseResponse(commitSchema, await get("GET /repos/{owner}/{repo}/commits/{ref}", parameters));
}

async function findRed(
	client: RepoClient,
	{ head_sha }: Incident,
	pullRequest: CachedQueries["pullRequest"],
): Promise<Parsed<RedOnHead | undefined>> {
	if (head_sha !== undefined) return await redOnHead(client, head_sha);
	const pull = await pullRequest();
	if (!pull.ok) return pull;
	return pull.value === undefined ? { ok: true, value: undefined } : await redOnHead(client, pull.value.head.sha);
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
	let answer: Promise<T> | undefined;
	return () => {
		answer ??= ask();
		return answer;
	};
}
