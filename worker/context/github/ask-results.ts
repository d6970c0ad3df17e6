import * as z from "zod";
import { headRepositoryName, isSameRepository } from "../../../pipeline/head-repository.ts";
import {
	branchHead,
	type CheckAnswer,
	checksOfRef,
	runsOfCommit,
	type StatusAnswer,
	statusesOfRef,
} from "./commit-results.ts";
import { headSchema } from "./pull-request.ts";
import { isGone, type Parsed, parseResponse, type RepoClient, sourceFailure } from "./repo-client.ts";
import type { RunAnswer } from "./run-answer.ts";

/** Where an agent may have pushed, and what failed. */
export interface WhereToLook {
	readonly repository: string;
	/** The number of the fix's own pull request, if it is known. */
	readonly fix_pull_request?: number | undefined;
	readonly fix_branch: string;
	/** The branch that failed, if it is known to be the repository's. */
	readonly branch?: string | undefined;
	readonly pr_number?: number | undefined;
}

/** The head of a branch, with all that GitHub has of it. */
export interface Head {
	/** Whose branch it is: the fix's, or the one that failed. */
	readonly of: "fix" | "own";
	readonly branch: string;
	/** `owner/name`. */
	readonly head_repository: string;
	readonly sha: string;
	/** GitHub's `mergeable_state`, if the branch was found by its pull request. */
	readonly mergeable_state?: string;
	readonly url?: string;
	readonly runs: readonly RunAnswer[];
	readonly checks: readonly CheckAnswer[];
	readonly statuses: readonly StatusAnswer[];
}

/** What GitHub answers: `until` is when it allows the next request, in milliseconds since 1970. */
export type HeadsAnswer =
	| { readonly state: "answered"; readonly heads: readonly Head[] }
	| { readonly state: "silent"; readonly why: string; readonly until?: number }
	| { readonly state: "cannot_tell"; readonly why: string };

/**
 * Asks GitHub for the heads of the fix and of the branch that failed, and for the runs, checks and statuses of those commits.
 * A branch that does not exist has no head. A list that the App may not read is left out, unless nothing else remains.
 */
export async function askResults(client: RepoClient, where: WhereToLook, signal: AbortSignal): Promise<HeadsAnswer> {
	const fix = await fixHead(client, where, signal);
	if (!fix.ok) return noAnswer(fix);
	const own = await ownHead(client, where, signal);
	if (!own.ok) return noAnswer(own);
	const heads: Head[] = [];
	for (const found of [fix.value, own.value]) {
		if (found === undefined) continue;
		const results = await resultsOf(client, found.sha, signal);
		if (!results.ok) return noAnswer(results);
		heads.push({ ...found, ...results.value });
	}
	return { state: "answered", heads };
}

type FoundHead = Omit<Head, "runs" | "checks" | "statuses">;
type Found = Parsed<FoundHead | undefined>;

async function fixHead(client: RepoClient, where: WhereToLook, signal: AbortSignal): Promise<Found> {
	const { fix_pull_request, fix_branch, repository } = where;
	const ofPull = fix_pull_request === undefined ? NOTHING : await pullHead(client, fix_pull_request, "fix", signal);
	if (!ofPull.ok || ofPull.value !== undefined) return ofPull;
	return await headOf(client, { of: "fix", branch: fix_branch, repository }, signal);
}

async function ownHead(client: RepoClient, where: WhereToLook, signal: AbortSignal): Promise<Found> {
	const { pr_number, branch, repository } = where;
	const ofPull = pr_number === undefined ? NOTHING : await pullHead(client, pr_number, "own", signal);
	if (!ofPull.ok || ofPull.value !== undefined || branch === undefined) return ofPull;
	return await headOf(client, { of: "own", branch, repository }, signal);
}

const NOTHING: Found = { ok: true, value: undefined };

const pullSchema = z.object({
	head: headSchema,
	html_url: z.string().nullish(),
	mergeable_state: z.string().nullish(),
});

async function pullHead(
	{ get, repo }: RepoClient,
	pull_number: number,
	of: Head["of"],
	signal: AbortSignal,
): Promise<Found> {
	const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
	const pull = parseResponse(pullSchema, await get(route, { ...repo, pull_number }, signal));
	if (!pull.ok) return isGone(pull.problem) ? NOTHING : pull;
	const { head, html_url, mergeable_state } = pull.value;
	const found = {
		of,
		branch: head.ref,
		head_repository: headRepositoryName(head.repo) ?? `${repo.owner}/${repo.repo}`,
		sha: head.sha,
		...(mergeable_state && { mergeable_state }),
		...(html_url && { url: html_url }),
	};
	return { ok: true, value: found };
}

async function headOf(
	client: RepoClient,
	{ of, branch, repository }: { readonly of: Head["of"]; readonly branch: string; readonly repository: string },
	signal: AbortSignal,
): Promise<Found> {
	const sha = await branchHead(client, { ...client.repo, branch }, signal);
	if (!sha.ok) return sha;
	return sha.value === undefined
		? NOTHING
		: { ok: true, value: { of, branch, head_repository: repository, sha: sha.value } };
}

async function resultsOf(
	client: RepoClient,
	sha: string,
	signal: AbortSignal,
): Promise<Parsed<Pick<Head, "runs" | "checks" | "statuses">>> {
	const [runs, checks, statuses] = await Promise.all([
		runsOfCommit(client, sha, signal),
		checksOfRef(client, sha, signal),
		statusesOfRef(client, sha, signal),
	]);
	const failed = [runs, checks, statuses].filter((list) => !list.ok);
	const fatal = failed.find(({ problem }) => problem.reason !== "forbidden" && !isGone(problem));
	if (fatal !== undefined) return fatal;
	if (failed.length === 3 && failed[0]?.problem.reason === "forbidden") return failed[0];
	const value = {
		runs: runs.ok ? runs.value : [],
		checks: checks.ok ? checks.value.checks : [],
		statuses: statuses.ok ? statuses.value : [],
	};
	return { ok: true, value };
}

function noAnswer({ problem }: Extract<Parsed<unknown>, { readonly ok: false }>): HeadsAnswer {
	const { why } = sourceFailure(problem);
	switch (problem.reason) {
		case "rate_limited":
			return { state: "silent", why, until: problem.until };
		case "unavailable":
			return { state: "silent", why };
		case "forbidden":
		case "not_found":
		case "refused":
		case "not_understood":
			return { state: "cannot_tell", why };
		default:
			return problem satisfies never;
	}
}

/** Whether a run is of this branch: another branch, or a fork's, may point at the same commit. */
export function isRunOf(run: RunAnswer, head: Head): boolean {
	const home = run.head_repository?.full_name;
	return run.head_branch === head.branch && home !== undefined && isSameRepository(home, head.head_repository);
}
