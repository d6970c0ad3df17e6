import type { ContextSource } from "../../pipeline/context.ts";
import type { Incident } from "../../pipeline/incident.ts";
import type { PlannedRequest } from "../../pipeline/index.ts";

/** What a source came to; the gatherer adds where it is from and how long it took. */
export type SourceResult =
	| { readonly status: "ok"; readonly data: unknown }
	| { readonly status: "empty" }
	| { readonly status: "failed"; readonly why: string }
	| { readonly status: "skipped"; readonly why: string };

/** One place to ask. It should stop when `signal` fires; its result is dropped then anyway. */
export type Source = (request: PlannedRequest, incident: Incident, signal: AbortSignal) => Promise<SourceResult>;

/** Every source of DESIGN section 8 by name: a new one is one more line here. */
export type Sources = Readonly<Record<ContextSource, Source>>;
