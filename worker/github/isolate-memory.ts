import type { GitHubAnswer, Route } from "./github.ts";

/** State kept between invocations: plain data, no promises, so that no invocation waits for another one. */
export interface GitHubMemory {
	/** By installation, repository and what they are for. */
	readonly tokens: Map<string, { readonly token: string; readonly until: number }>;
	/** What an installation may do, as GitHub said lately. */
	readonly granted: Map<number, { readonly permissions: unknown; readonly until: number }>;
	/** Installation by repository, lower-cased. */
	readonly installations: Map<string, number>;
	/** Until when GitHub rate-limits an identity: `app`, or an installation's number. */
	readonly limited: Map<string, number>;
	/** What GitHub said of an identity's rate limit, unless the journal has it already. */
	readonly unwrittenLimits: Map<string, RateLimit>;
	/** By identity and URL. */
	readonly answers: Map<string, KeptAnswer>;
}

/** How many requests are left of how many, until when in milliseconds. */
export interface RateLimit {
	readonly remaining: number;
	readonly most: number;
	readonly resets_at: number;
}

const MOST_ENTRIES = 500;

export function createGitHubMemory(): GitHubMemory {
	return {
		tokens: new Map(),
		granted: new Map(),
		installations: new Map(),
		limited: new Map(),
		unwrittenLimits: new Map(),
		answers: new Map(),
	};
}

/** The memory of this isolate. */
export const isolateMemory = createGitHubMemory();

/** Sets an entry and drops the oldest one beyond `most`. */
export function remember<K, V>(map: Map<K, V>, key: K, value: V, most = MOST_ENTRIES): void {
	map.delete(key);
	map.set(key, value);
	const [oldest] = map.keys();
	if (map.size > most && oldest !== undefined) map.delete(oldest);
}

/** A cached answer with its ETag. */
export interface KeptAnswer {
	readonly etag: string;
	readonly answer: GitHubAnswer<unknown> & { readonly ok: true };
}

/**
 * Routes that several incidents request identically, when all workflows of one push fail. A 304 does not count against the
 * rate limit:
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
 */
const REPEATED: ReadonlySet<string> = new Set<Route>([
	"GET /repos/{owner}/{repo}/pulls",
	"GET /repos/{owner}/{repo}/pulls/{pull_number}",
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
	"GET /repos/{owner}/{repo}/commits/{ref}",
	"GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
]);

// As JSON: a hundred of them share the isolate's memory with everything else.
const LARGEST = 64 * 1024;
const MOST = 100;

/** The cached answer for an identity, since each one sees only what it may. */
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

/**
 * Remembers the rate limit that an answer reports:
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit
 */
export function noteRateLimit(
	memory: GitHubMemory,
	who: string,
	headers: Readonly<Record<string, string | number | undefined>>,
): void {
	const [remaining, most, reset] = ["remaining", "limit", "reset"].map((name) =>
		Number(headers[`x-ratelimit-${name}`]),
	);
	// Search and the other resources have limits of their own.
	if ((headers["x-ratelimit-resource"] ?? "core") !== "core") return;
	if (!Number.isInteger(remaining) || !Number.isInteger(reset) || !(Number(most) > 0)) return;
	remember(memory.unwrittenLimits, who, {
		remaining: Number(remaining),
		most: Number(most),
		resets_at: Number(reset) * 1000,
	});
}
