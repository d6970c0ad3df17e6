import { type Context, type ContextPart, isGitHubSource } from "../../pipeline/context.ts";
import type { PlannedRequest } from "../../pipeline/index.ts";
import { redactData } from "../../pipeline/redaction/redact-data.ts";
import { TimedOut, withTimeout } from "../../wire/with-timeout.ts";
import { explainCause } from "../log.ts";
import { mapConcurrent } from "../runtime/map-concurrent.ts";
import type { ClusterResult, EdgeSource, SourceResult, Sources } from "./source.ts";

/** The gathered context, redacted: it is stored and shown from here on. */
export interface Gathering {
	/** Deferred parts are listed as failed. */
	readonly context: Context;
	/** The latest time named by a source that has to wait; a query after it will succeed. */
	readonly deferred?: { readonly untilMs: number; readonly why: string };
}

// A Worker may wait for the headers of six connections at once; two are left for the journal and others.
const AT_ONCE = 4;
// Of one part, as JSON. Contexts of several incidents are in memory at once.
const LARGEST_PART = 512 * 1024;
const WAY_TO_THE_RELAY_MS = 2000;

/**
 * Queries every planned source, at most four at once. Each has its own timeout, which starts with its query; the in-cluster
 * sources are one request. A source that is slow, down or not configured loses only its own part (docs/pipeline.md#context).
 */
export async function gatherContext(
	requests: readonly PlannedRequest[],
	sources: Sources,
	now: () => number,
): Promise<Gathering> {
	const results = await mapConcurrent(queriesOf(requests, sources, now), AT_ONCE, (query) => query());
	return gatheringOf(requests, new Map(results.flat()));
}

/** What decides how long a request may take. */
type TimedRequest = Pick<PlannedRequest, "from" | "timeout_s" | "skip">;

/**
 * The maximum duration of gathering, in milliseconds: how long the incident's row has to stay locked. For any order of four
 * at once, it is below an even share of all timeouts plus the longest one.
 */
export function longestGathering(requests: readonly TimedRequest[]): number {
	const planned = requests.filter(({ skip }) => skip === undefined);
	const cluster = planned.filter((request) => !isEdge(request)).map(timeoutOf);
	const timeouts = [...planned.filter(isEdge).map(timeoutOf), cluster.length === 0 ? 0 : relayTimeout(cluster)];
	return Math.ceil(timeouts.reduce((sum, timeout) => sum + timeout, 0) / AT_ONCE) + Math.max(0, ...timeouts);
}

type TimedResult = SourceResult & { readonly took_ms: number };
/** Queries one request's source, or the relay for all of its sources. */
type Query = () => Promise<readonly (readonly [PlannedRequest, TimedResult])[]>;
type EdgeRequest = PlannedRequest & { readonly from: EdgeSource };

/** The relay comes first: its sources count as one query, and no other query waits for it. */
function queriesOf(requests: readonly PlannedRequest[], sources: Sources, now: () => number): Query[] {
	const planned = requests.filter(({ skip }) => skip === undefined);
	const cluster = planned.filter((request) => !isEdge(request));
	const queries = planned.filter(isEdge).map((request): Query => {
		return async () => {
			const startedAt = now();
			const ask = (signal: AbortSignal) => sources.edge[request.from](request, signal);
			const result = await askWithTimeout<SourceResult>(timeoutOf(request), ask, failed);
			return [[request, { ...result, took_ms: now() - startedAt }]];
		};
	});
	return cluster.length === 0 ? queries : [() => askCluster(cluster, sources, now), ...queries];
}

async function askCluster(
	requests: readonly PlannedRequest[],
	{ cluster }: Sources,
	now: () => number,
): ReturnType<Query> {
	const startedAt = now();
	const allFailed = (why: string) =>
		requests.map((): ClusterResult => ({ status: "failed", why, took_ms: now() - startedAt }));
	const ask = (signal: AbortSignal) => cluster(requests, signal);
	const results = await askWithTimeout(relayTimeout(requests.map(timeoutOf)), ask, allFailed);
	return requests.map((request, index) => [
		request,
		results[index] ?? { status: "failed", why: "missing in the relay's answer", took_ms: now() - startedAt },
	]);
}

/** The answer, or `late`'s result after a timeout or a bug. */
async function askWithTimeout<T>(
	timeout_ms: number,
	ask: (signal: AbortSignal) => Promise<T>,
	late: (why: string) => T,
): Promise<T> {
	try {
		return await withTimeout(ask, timeout_ms);
	} catch (cause) {
		return late(cause instanceof TimedOut ? `no answer within ${timeout_ms / 1000} s` : explainCause(cause));
	}
}

function gatheringOf(
	requests: readonly PlannedRequest[],
	results: ReadonlyMap<PlannedRequest, TimedResult>,
): Gathering {
	const parts: Record<string, ContextPart> = {};
	let deferred: Gathering["deferred"];
	for (const request of requests) {
		const { name, from, skip } = request;
		const result = skip === undefined ? results.get(request) : undefined;
		const part = partOf(result ?? { status: "skipped", why: skip?.why ?? "not queried", took_ms: 0 });
		parts[name] = { from, ...redactData(part) };
		if (result?.status !== "deferred") continue;
		if (deferred === undefined || result.untilMs > deferred.untilMs) deferred = result;
	}
	return { context: parts, ...(deferred && { deferred: { untilMs: deferred.untilMs, why: deferred.why } }) };
}

function partOf(result: TimedResult): DistributiveOmit<ContextPart, "from"> {
	const { took_ms } = result;
	if (result.status === "deferred") return { ...failed(result.why), took_ms };
	if (result.status !== "ok") return result;
	const size = JSON.stringify(result.data)?.length ?? 0;
	return size > LARGEST_PART ? { ...failed(`its answer is larger than ${LARGEST_PART} characters`), took_ms } : result;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function isEdge<T extends TimedRequest>(request: T): request is T & Pick<EdgeRequest, "from"> {
	return isGitHubSource(request.from);
}

/** The relay enforces each source's own timeout; the rest is for its answer to travel back. */
function relayTimeout(timeouts: readonly number[]): number {
	return Math.max(...timeouts) + WAY_TO_THE_RELAY_MS;
}

function timeoutOf({ timeout_s }: Pick<PlannedRequest, "timeout_s">): number {
	return timeout_s * 1000;
}

function failed(why: string): { readonly status: "failed"; readonly why: string } {
	return { status: "failed", why };
}
