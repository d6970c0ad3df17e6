import type { GitHubAnswer, Route } from "./github.ts";
import { type GitHubMemory, remember } from "./isolate-memory.ts";

/** An answer as it was given, and the tag by which GitHub says that it still is the answer. */
export interface KeptAnswer {
	readonly etag: string;
	readonly answer: GitHubAnswer<unknown> & { readonly ok: true };
}

/**
 * What several incidents ask for in the same words, when all workflows of one push are red. A 304 costs nothing of the
 * hour's allowance:
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
 */
const REPEATED: ReadonlySet<string> = new Set<Route>([
	"GET /repos/{owner}/{repo}/pulls",
	"GET /repos/{owner}/{repo}/pulls/{pull_number}",
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
	"GET /repos/{owner}/{repo}/commits/{ref}",
	"GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
]);

// As JSON: a hundred of them share an isolate with all else.
const LARGEST = 64 * 1024;
const MOST = 100;

/** What was kept of this question; `who` asks, since each sees what it may. */
export function keptAnswer(memory: GitHubMemory, who: string, route: string, url: string): KeptAnswer | undefined {
	return REPEATED.has(route) ? memory.answers.get(`${who} ${url}`) : undefined;
}

export function keepAnswer(
	memory: GitHubMemory,
	who: string,
	route: string,
	url: string,
	answer: GitHubAnswer<unknown>,
): void {
	if (!answer.ok || !REPEATED.has(route)) return;
	const { etag } = answer.headers;
	if (typeof etag !== "string" || JSON.stringify(answer.value).length > LARGEST) return;
	remember(memory.answers, `${who} ${url}`, { etag, answer }, MOST);
}
