import { setTimeout as delay } from "node:timers/promises";
import { type KubeConfig, Watch } from "@kubernetes/client-node";
import * as z from "zod";
import { backoffMs } from "../../../../wire/backoff.ts";
import type { Log } from "../../../log.ts";
import type { ApiClients } from "../api-clients.ts";
import { explainWatchStatus, isExpired, readFailure } from "../api-failure.ts";
import { CODERUNS, eachCodeRun } from "../coderun-api.ts";
import { type SeenCodeRun, UNREPORTED } from "../coderun-object.ts";
import { readWatchEvent } from "./watch-event.ts";

export interface FollowTools {
	readonly kubeConfig: KubeConfig;
	readonly clients: ApiClients;
	readonly namespace: string;
	readonly log: Log;
}

/** The events for a follower, in order. */
export interface CodeRunListener {
	/** All CodeRuns that exist now. */
	listed(all: ReadonlyMap<string, SeenCodeRun>): void;
	seen(coderun: SeenCodeRun): void;
	/** It no longer exists, or no longer matches the selector: the server reports both the same way. */
	left(coderun: SeenCodeRun): void;
}

const LONGEST_PAUSE_MS = 10_000;
/** A watch that lasted this long counts as a success. */
const LASTING_MS = 1_000;
/** After so many failures in a row the resource version may be at fault, for example after etcd was restored. */
const FAILURES_BEFORE_LISTING = 3;

/**
 * Follows Healer's unreported CodeRuns in one namespace: a list, then a watch from its version on with bookmarks, and a
 * new list when the server has dropped that version (410 Gone). Returns a function that stops it.
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
		const pauseMs = backoffMs(failures - 1, { longestMs: LONGEST_PAUSE_MS });
		await delay(pauseMs, undefined, { ref: false, signal: stopped }).catch(() => undefined);
	}
}

/** `version` is where to continue; undefined means with a new list. */
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
		// The list changed too much between two pages: start it again.
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
	const onEvent = (type: string, object: unknown) => {
		// Lines read too late come again from the next watch, in order.
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
		void new Watch(kubeConfig).watch(path, query, onEvent, resolve).then((connection) => {
			if (over.signal.aborted) connection.abort();
			over.signal.addEventListener("abort", () => connection.abort());
		}, resolve);
	});
	over.abort();
	if (statusOf(problem) === 410) return { version: undefined };
	// The client ends a watch that received nothing for half a minute, not even a bookmark; that is not a failure.
	if (problem === undefined || problem === null || isTimeout(problem)) return { version };
	return { version, problem: problemOf(problem) };
}

const endedSchema = z.object({ statusCode: z.number() });

/** The client reports an answer that is not a stream only by its status. */
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
		// Keep following whatever the error is: a relay that stopped would miss every end from then on.
		return bug instanceof Error ? bug.message : "unknown";
	}
}
