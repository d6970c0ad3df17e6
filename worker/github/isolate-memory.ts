import type { GitHubAnswer, Route } from "./github.ts";

/** What is kept between invocations: plain data, no promise, so that none waits for another's. */
export interface GitHubMemory {
	/** By installation. */
	readonly tokens: Map<number, { readonly token: string; readonly until: number }>;
	/** Installation by repository, lower-cased. */
	readonly installations: Map<string, number>;
	/** Until when GitHub wants no request, by who asks: `app`, or an installation's number. */
	readonly limited: Map<string, number>;
	/** By who asked, and the address that was asked. */
	readonly answers: Map<string, KeptAnswer>;
}

const MOST_ENTRIES = 500;

export function createGitHubMemory(): GitHubMemory {
	return { tokens: new Map(), installations: new Map(), limited: new Map(), answers: new Map() };
}

/** The isolate's own. */
export const isolateMemory = createGitHubMemory();

/** Keeps the newest ones. */
export function remember<K, V>(map: Map<K, V>, key: K, value: V, most = MOST_ENTRIES): void {
	map.delete(key);
	map.set(key, value);
	const [oldest] = map.keys();
	if (map.size > most && oldest !== undefined) map.delete(oldest);
}

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
