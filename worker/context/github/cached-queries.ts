import * as z from "zod";
import type { Incident } from "../../../pipeline/index.ts";
import { findPullRequest, type PullRequestAnswer } from "./pull-request.ts";
import { type RedOnHead, redOnHead } from "./red-on-head.ts";
import { type Parsed, parseResponse, type RepoClient } from "./repo-client.ts";
import { type RunAnswer, runSchema } from "./run-answer.ts";

/** What several sources need to know of one incident, asked for once. `undefined`: there is none. */
export interface CachedQueries {
	run(): Promise<Parsed<RunAnswer | undefined>>;
	pullRequest(): Promise<Parsed<PullRequestAnswer | undefined>>;
	commit(): Promise<Parsed<CommitAnswer | undefined>>;
	/** What failed on the head: of the commit that the event told, else of the pull request's. */
	redOnHead(): Promise<Parsed<RedOnHead | undefined>>;
}

/** They are not called off with the source that asked first: another one may be waiting for the same answer. */
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

async function findRun({ get, repo }: RepoClient, { run_id }: Incident): Promise<Parsed<RunAnswer | undefined>> {
	const id = Number(run_id);
	if (run_id === undefined || !Number.isSafeInteger(id)) return { ok: true, value: undefined };
	return parseResponse(
		runSchema,
		await get("GET /repos/{owner}/{repo}/actions/runs/{run_id}", { ...repo, run_id: id }),
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
	let asked: Promise<T> | undefined;
	return () => {
		asked ??= ask();
		return asked;
	};
}
