import type { RefusedReason, SpawnRequest, SpawnResult } from "../../wire/spawn.ts";
import type { Clock } from "../clock.ts";
import type { Cluster, Unavailable } from "../cluster/cluster.ts";

/** One request to create a CodeRun, and what it needs for that. */
export interface SpawnCall {
	readonly request: SpawnRequest;
	/** SHA-256 of the request's body, in hex: a repeated request has the same one. */
	readonly digest: string;
	readonly cluster: Cluster;
	readonly clock: Clock;
	/** Whether `max_active` is enforced. Nothing runs CodeRuns in a directory, so it is off there unless asked for. */
	readonly enforceMaxActive: boolean;
}

/** `replayed`: this attempt was requested before with another body. `unavailable`: nothing is decided, retry later. */
export type SpawnAnswer =
	| { readonly kind: "result"; readonly result: SpawnResult }
	| { readonly kind: "replayed" }
	| Unavailable;

/** The result of one step of the protocol: an answer ends the call, undefined continues. */
export type StepAnswer = SpawnAnswer | undefined;

export function limitsActive(call: SpawnCall): boolean {
	return call.enforceMaxActive && call.request.max_active > 0;
}

export function created(call: SpawnCall): SpawnAnswer {
	return { kind: "result", result: { result: "created", coderun_name: call.request.coderun.metadata.name } };
}

export function exists(call: SpawnCall): SpawnAnswer {
	return { kind: "result", result: { result: "exists", coderun_name: call.request.coderun.metadata.name } };
}

/** `until` is in milliseconds since the epoch; undefined when only the CodeRun's end frees the claim. */
export function held(claim: string, holder: { holder: string; coderun_name: string }, until?: number): SpawnAnswer {
	const { holder: by, coderun_name } = holder;
	const iso = until === undefined ? null : new Date(until).toISOString();
	return { kind: "result", result: { result: "held", by, claim, coderun_name, until: iso } };
}

export function busy(agent: string, active: number): SpawnAnswer {
	return { kind: "result", result: { result: "busy", agent, active } };
}

export function refused(reason: RefusedReason, detail: string): SpawnAnswer {
	return { kind: "result", result: { result: "refused", reason, detail } };
}

export function unavailable(why: string): SpawnAnswer {
	return { kind: "unavailable", why };
}
