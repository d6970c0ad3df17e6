import { CONTEXT_SOURCES, type ContextSource, isGitHubSource } from "../../pipeline/context.ts";
import type { Incident, LogLimits, LogReader, PlannedRequest } from "../../pipeline/index.ts";
import type { ClusterSource } from "../../wire/context.ts";

/** A source's result; the gatherer adds the source's name and the duration. */
export type SourceResult =
	| { readonly status: "ok"; readonly data: unknown; readonly incomplete?: string }
	| { readonly status: "empty" }
	| { readonly status: "failed"; readonly why: string }
	| { readonly status: "skipped"; readonly why: string }
	/** The source can be queried again from then on, in milliseconds since 1970; the incident waits in the journal. */
	| { readonly status: "deferred"; readonly untilMs: number; readonly why: string };

/** A source's input in addition to its planned request. */
export interface SourceInput {
	readonly incident: Incident;
	/** Whether each job's reading is kept beside the joint one. */
	readonly keepsEach?: boolean;
	/** Reads one log for all patterns of the active pipeline. */
	newLogReader(limits?: Partial<LogLimits>): LogReader;
}

/** Queries one source. It should stop when `signal` fires; its result is dropped then in any case. */
export type Source = (request: PlannedRequest, signal: AbortSignal) => Promise<SourceResult>;

/** The sources that the worker queries itself; the relay queries the others. */
export type EdgeSource = Exclude<ContextSource, ClusterSource>;

/** The same source under every name that the worker queries itself. */
export function everyEdgeSource(source: Source): Readonly<Record<EdgeSource, Source>> {
	const entries = CONTEXT_SOURCES.filter(isGitHubSource).map((name) => [name, source]);
	return Object.fromEntries(entries) as Record<EdgeSource, Source>;
}

/** The relay's answer for one in-cluster source, with the duration there, in milliseconds. */
export type ClusterResult = Exclude<SourceResult, { status: "deferred" }> & { readonly took_ms: number };

/** Queries the relay for several in-cluster sources in one request; one result each, in the same order. Never throws. */
export type AskCluster = (
	requests: readonly PlannedRequest[],
	signal: AbortSignal,
) => Promise<readonly ClusterResult[]>;

/** The context sources (docs/pipeline.md#context) for one incident. */
export interface Sources {
	readonly edge: Readonly<Record<EdgeSource, Source>>;
	readonly cluster: AskCluster;
}

export type SourcesFor = (about: SourceInput) => Sources;
