import { setTimeout as delay } from "node:timers/promises";
import { type KubeConfig, Watch } from "@kubernetes/client-node";
import { z } from "zod";
import { pauseAfter } from "../../../backoff.ts";
import type { Log } from "../../../log.ts";
import type { ApiClients } from "../api-clients.ts";
import { explainWatchStatus, isExpired, readFailure } from "../api-failure.ts";
import { type SeenCodeRun, UNREPORTED } from "../coderun-object.ts";
import { CODERUNS, eachCodeRun } from "../coderun-objects.ts";
import { readWatchEvent } from "./watch-event.ts";

export interface FollowTools {
	readonly kubeConfig: KubeConfig;
	readonly clients: ApiClients;
	readonly namespace: string;
	readonly log: Log;
}

/** What a follower hears, in the order in which it happened. */
export interface CodeRunListener {
	/** All that are there now. */
	listed(all: ReadonlyMap<string, SeenCodeRun>): void;
	seen(coderun: SeenCodeRun): void;
	/** It is there no more, or no longer what is followed: the server tells both in the same way. */
	left(coderun: SeenCodeRun): void;
}

const LONGEST_PAUSE_MS = 10_000;
/** A watch that lived this long was a good one. */
const LASTING_MS = 1_000;
/** So many failures in a row can mean that the place in the stream is at fault: an etcd that was restored, say. */
const FAILURES_BEFORE_LISTING = 3;

/**
 * Follows Healer's CodeRuns that are not reported, in one namespace: a list, then a watch from its version on with
 * bookmarks, and a list again when the server has forgotten that version (410 Gone). Returns how to stop it.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function followCodeRuns(tools: FollowTools, listener: CodeRunListener): () => void {
	const stopping = new AbortController();
	void follow(tools, listener, stopping.signal);
	return () => stopping.abort();
}

async function follow(tools: FollowTools, listener: CodeRunListener, stopped: AbortSignal): Promise<void> {
	let version: string | undefined;
	let failures = 0;
	while (!stopped.aborted) {
		const since = performance.now();
		const step = version === undefined ? await list(tools, listener) : await watch(tools, version, listener, stopped);
		if (stopped.aborted) return;
		version = step.version;
		if (step.problem === undefined && (step.listed || performance.now() - since > LASTING_MS)) {
			failures = 0;
			continue;
		}
		failures++;
		if (step.problem !== undefined) tools.log({ level: "warn", message: "watch interrupted", reason: step.problem });
		if (failures % FAILURES_BEFORE_LISTING === 0) version = undefined;
		await delay(Math.min(pauseAfter(failures), LONGEST_PAUSE_MS), undefined, { ref: false, signal: stopped }).catch(
			() => undefined,
		);
	}
}

/** `version` is where to go on from; undefined is with a new list. */
interface Step {
	readonly version: string | undefined;
	readonly problem?: string;
	readonly listed?: boolean;
}

async function list({ clients, namespace }: FollowTools, listener: CodeRunListener): Promise<Step> {
	const all = new Map<string, SeenCodeRun>();
	try {
		const version = await eachCodeRun(clients, namespace, UNREPORTED, (seen) => all.set(seen.name, seen));
		listener.listed(all);
		return { version, listed: true };
	} catch (error) {
		// The list changed too much between two pages: it begins anew.
		if (isExpired(error)) return { version: undefined };
		return { version: undefined, problem: problemOf(error) };
	}
}

async function watch(
	{ kubeConfig, namespace, log }: FollowTools,
	from: string,
	listener: CodeRunListener,
	stopped: AbortSignal,
): Promise<Step> {
	let version: string | undefined = from;
	const over = new AbortController();
	const hear = (type: string, object: unknown) => {
		// Lines that were read late are told again by the next watch, in their order.
		if (over.signal.aborted) return;
		const event = readWatchEvent(type, object);
		switch (event.kind) {
			case "expired":
				version = undefined;
				return;
			case "failed":
				log({ level: "warn", message: "watch event not understood", reason: event.why });
				return;
			case "bookmark":
				break;
			case "seen":
				listener.seen(event.coderun);
				break;
			case "left":
				listener.left(event.coderun);
				break;
			default:
				event satisfies never;
		}
		version = event.version;
	};
	const path = `/apis/${CODERUNS.group}/${CODERUNS.version}/namespaces/${namespace}/${CODERUNS.plural}`;
	const query = { labelSelector: UNREPORTED, resourceVersion: from, allowWatchBookmarks: true };
	const problem = await new Promise<unknown>((resolve) => {
		stopped.addEventListener("abort", () => resolve(undefined), { signal: over.signal });
		void new Watch(kubeConfig).watch(path, query, hear, resolve).then((connection) => {
			if (over.signal.aborted) connection.abort();
			over.signal.addEventListener("abort", () => connection.abort());
		}, resolve);
	});
	over.abort();
	if (statusOf(problem) === 410) return { version: undefined };
	// The client ends a watch on which nothing, not even a bookmark, was heard for half a minute; that is no failure.
	if (problem === undefined || problem === null || isTimeout(problem)) return { version };
	return { version, problem: problemOf(problem) };
}

const endedSchema = z.object({ statusCode: z.number() });

/** The client tells an answer that is no stream by its status alone. */
function statusOf(problem: unknown): number | undefined {
	return endedSchema.safeParse(problem).data?.statusCode;
}

function isTimeout(problem: unknown): boolean {
	return problem instanceof Error && problem.name === "TimeoutError";
}

function problemOf(problem: unknown): string {
	const status = statusOf(problem);
	if (status !== undefined) return explainWatchStatus(status);
	try {
		const failure = readFailure(problem);
		return "why" in failure ? failure.why : failure.kind;
	} catch (bug) {
		// Whatever it is, following goes on: a relay that stopped looking would lose every end from then on.
		return bug instanceof Error ? bug.message : "unknown";
	}
}
