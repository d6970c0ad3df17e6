import { type Context, type ContextPart, isGitHubSource } from "../../pipeline/context.ts";
import type { PlannedRequest } from "../../pipeline/index.ts";
import { redactData } from "../../pipeline/redaction/redact-data.ts";
import { messageOf } from "../log.ts";
import { mapConcurrent } from "../runtime/map-concurrent.ts";
import type { ClusterResult, EdgeSource, SourceResult, Sources } from "./source.ts";

/** What was gathered, without the secrets in it: from here on it is kept and shown. */
export interface Gathering {
	/** A part that is deferred stands here as failed. */
	readonly context: Context;
	/** The latest time that a source named, when one did: asked again then, it will answer. */
	readonly deferred?: { readonly until_ms: number; readonly why: string };
}

// A Worker has six connections waiting for headers at most; two are left to the journal's neighbours.
const AT_ONCE = 4;
// Of one part, as JSON: contexts of several incidents are in memory at once.
const LARGEST_PART = 512 * 1024;
const WAY_TO_THE_RELAY_MS = 2000;

/**
 * Asks every source that is planned, at most four at once, each under its own timeout whose clock starts when it is
 * asked; the in-cluster ones are one request. A source that is slow, down or not configured costs its own part only
 * (DESIGN section 3.4).
 */
export async function gatherContext(
	requests: readonly PlannedRequest[],
	sources: Sources,
	now: () => number,
): Promise<Gathering> {
	const results = await mapConcurrent(questionsOf(requests, sources, now), AT_ONCE, (question) => question());
	return gatheringOf(requests, new Map(results.flat()));
}

/**
 * The longest that gathering can take, in milliseconds: how long the incident's row has to be held. However four at
 * once fall out, it is less than an even share of all and the longest one.
 */
export function longestGathering(requests: readonly PlannedRequest[]): number {
	const planned = requests.filter(({ skip }) => skip === undefined);
	const cluster = planned.filter((request) => !isEdge(request)).map(timeoutOf);
	const timeouts = [...planned.filter(isEdge).map(timeoutOf), cluster.length === 0 ? 0 : relayTimeout(cluster)];
	return Math.ceil(timeouts.reduce((sum, timeout) => sum + timeout, 0) / AT_ONCE) + Math.max(0, ...timeouts);
}

type TimedResult = SourceResult & { readonly took_ms: number };
/** Asks one request's source, or the relay for all of its. */
type Question = () => Promise<readonly (readonly [PlannedRequest, TimedResult])[]>;
type EdgeRequest = PlannedRequest & { readonly from: EdgeSource };

/** The relay first: what it is asked for counts as one, and nothing else waits for it. */
function questionsOf(requests: readonly PlannedRequest[], sources: Sources, now: () => number): Question[] {
	const planned = requests.filter(({ skip }) => skip === undefined);
	const cluster = planned.filter((request) => !isEdge(request));
	const questions = planned.filter(isEdge).map((request): Question => {
		return async () => {
			const startedAt = now();
			const ask = (signal: AbortSignal) => sources.edge[request.from](request, signal);
			const result = await within<SourceResult>(timeoutOf(request), ask, failed);
			return [[request, { ...result, took_ms: now() - startedAt }]];
		};
	});
	return cluster.length === 0 ? questions : [() => askCluster(cluster, sources, now), ...questions];
}

async function askCluster(
	requests: readonly PlannedRequest[],
	{ cluster }: Sources,
	now: () => number,
): ReturnType<Question> {
	const startedAt = now();
	const allFailed = (why: string) =>
		requests.map((): ClusterResult => ({ status: "failed", why, took_ms: now() - startedAt }));
	const results = await within(relayTimeout(requests.map(timeoutOf)), (signal) => cluster(requests, signal), allFailed);
	return requests.map((request, index) => [
		request,
		results[index] ?? { status: "failed", why: "the relay's answer leaves it out", took_ms: now() - startedAt },
	]);
}

/** What is asked for, or what `late` makes of there being no answer in time or a bug. */
async function within<T>(
	timeout_ms: number,
	ask: (signal: AbortSignal) => Promise<T>,
	late: (why: string) => T,
): Promise<T> {
	const stop = new AbortController();
	let timer: ReturnType<typeof setTimeout> | null = null;
	const timeout = new Promise<T>((resolve) => {
		timer = setTimeout(() => {
			stop.abort();
			resolve(late(`no answer within ${timeout_ms / 1000} s`));
		}, timeout_ms);
	});
	try {
		return await Promise.race([ask(stop.signal), timeout]);
	} catch (cause) {
		return late(messageOf(cause));
	} finally {
		clearTimeout(timer);
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
		const part = partOf(result ?? { status: "skipped", why: skip?.why ?? "not asked", took_ms: 0 });
		parts[name] = { from, ...redactData(part) };
		if (result?.status !== "deferred") continue;
		if (deferred === undefined || result.until_ms > deferred.until_ms) deferred = result;
	}
	return { context: parts, ...(deferred && { deferred: { until_ms: deferred.until_ms, why: deferred.why } }) };
}

function partOf(result: TimedResult): DistributiveOmit<ContextPart, "from"> {
	const { took_ms } = result;
	if (result.status === "deferred") return { ...failed(result.why), took_ms };
	if (result.status !== "ok") return result;
	const size = JSON.stringify(result.data)?.length ?? 0;
	return size > LARGEST_PART ? { ...failed(`its answer is larger than ${LARGEST_PART} characters`), took_ms } : result;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function isEdge(request: PlannedRequest): request is EdgeRequest {
	return isGitHubSource(request.from);
}

/** The relay keeps each source's own timeout; its answer has to come back, too. */
function relayTimeout(timeouts: readonly number[]): number {
	return Math.max(...timeouts) + WAY_TO_THE_RELAY_MS;
}

function timeoutOf({ timeout_s }: PlannedRequest): number {
	return timeout_s * 1000;
}

function failed(why: string): { readonly status: "failed"; readonly why: string } {
	return { status: "failed", why };
}
