import { notHere } from "./not-here.ts";

interface Entry {
	readonly value: string;
	/** Milliseconds since 1970. */
	readonly until: number;
}

// Claims for some minutes, and the pipelines: far more than a hub has at once.
const MOST_KEYS = 100_000;

/**
 * The part of KV's API that the worker uses, in the memory of the isolate. A local hub has one isolate, and everything in KV may
 * be lost at any time (docs/storage.md): each call of the runtime's own KV costs as much as several of the journal.
 */
export function memoryKeys(now: () => number = Date.now): KVNamespace {
	const entries = new Map<string, Entry>();
	const forgetExpired = () => {
		for (const [key, { until }] of entries) if (until <= now()) entries.delete(key);
		// The oldest are first. Nothing depends on them.
		for (const key of entries.keys()) {
			if (entries.size < MOST_KEYS) break;
			entries.delete(key);
		}
	};
	let swept = now();
	const keys = {
		async get(key: string, how?: "text" | "json" | { readonly type?: "text" | "json" }): Promise<unknown> {
			const entry = entries.get(key);
			if (entry === undefined || entry.until <= now()) return null;
			const type = typeof how === "object" ? how.type : how;
			return type === "json" ? JSON.parse(entry.value) : entry.value;
		},
		async put(key: string, value: string, options: { readonly expirationTtl?: number } = {}): Promise<void> {
			if (entries.size >= MOST_KEYS || now() - swept > SWEEP_EVERY_MS) {
				swept = now();
				forgetExpired();
			}
			const { expirationTtl } = options;
			entries.delete(key);
			entries.set(key, {
				value,
				until: expirationTtl === undefined ? Number.POSITIVE_INFINITY : now() + expirationTtl * 1000,
			});
		},
		async delete(key: string): Promise<void> {
			entries.delete(key);
		},
		list: () => notHere("KV's list"),
		getWithMetadata: () => notHere("KV's getWithMetadata"),
	};
	return keys as unknown as KVNamespace;
}

const SWEEP_EVERY_MS = 60_000;
