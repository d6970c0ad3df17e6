import type { ContextSource } from "../../pipeline/context.ts";
import type { Incident, LogLimits, LogReader, PlannedRequest } from "../../pipeline/index.ts";
import type { ClusterSource } from "../../wire/context.ts";

/** What a source came to; the gatherer adds where it is from and how long it took. */
export type SourceResult =
	| { readonly status: "ok"; readonly data: unknown; readonly incomplete?: string }
	| { readonly status: "empty" }
	| { readonly status: "failed"; readonly why: string }
	| { readonly status: "skipped"; readonly why: string }
	/** It may be asked again from then on, in milliseconds since 1970: the incident waits in the journal until then. */
	| { readonly status: "deferred"; readonly until_ms: number; readonly why: string };

/** What a source may need to know besides what is planned for it. */
export interface SourceInput {
	readonly incident: Incident;
	/** Reads one log for all patterns of the pipeline in force. */
	newLogReader(limits?: Partial<LogLimits>): LogReader;
}

/** One place to ask. It should stop when `signal` fires; its result is dropped then anyway. */
export type Source = (request: PlannedRequest, signal: AbortSignal) => Promise<SourceResult>;

/** The sources that the worker asks itself; the relay asks the others. */
export type EdgeSource = Exclude<ContextSource, ClusterSource>;

/** What the relay answered about one in-cluster source, and how long that took there, in milliseconds. */
export type ClusterResult = Exclude<SourceResult, { status: "deferred" }> & { readonly took_ms: number };

/** Asks the relay for several in-cluster sources in one request; one result for each, in that order. Never throws. */
export type AskCluster = (
	requests: readonly PlannedRequest[],
	signal: AbortSignal,
) => Promise<readonly ClusterResult[]>;

/** The sources of DESIGN section 8, ready to be asked about one incident. */
export interface Sources {
	readonly edge: Readonly<Record<EdgeSource, Source>>;
	readonly cluster: AskCluster;
}

export type SourcesFor = (about: SourceInput) => Sources;
