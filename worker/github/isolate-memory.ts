import type { KeptAnswer } from "./kept-answers.ts";

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
