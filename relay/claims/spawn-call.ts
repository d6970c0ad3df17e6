import type { RefusedReason, SpawnRequest, SpawnResult } from "../../wire/spawn.ts";
import type { Clock } from "../clock.ts";
import type { Cluster, Unavailable } from "../cluster/cluster.ts";
import type { AgentTurns } from "./agent-turns.ts";

/** One request to create a CodeRun, and what it needs for that. */
export interface SpawnCall {
	readonly request: SpawnRequest;
	/** SHA-256 of the request's body, in hex: a repeated request has the same one. */
	readonly digest: string;
	readonly cluster: Cluster;
	readonly clock: Clock;
	/** Whether `max_active` is enforced. Nothing runs CodeRuns in a directory, so it is off there unless asked for. */
	readonly enforceMaxActive: boolean;
	/** The relay's own limits, whatever a request says. */
	readonly limits?: SpawnLimits | undefined;
	/** Absent: calls for one agent meet at its claim only, as those of several relays do. */
	readonly turns?: AgentTurns;
}

/** Limits that a relay has of its own; absent ones leave it at the request's. */
export interface SpawnLimits {
	/** `HEALER_MAX_ACTIVE`: unfinished CodeRuns of each agent. */
	readonly max_active?: number | undefined;
	/** `HEALER_MAX_PER_HOUR`: CodeRuns of the namespace within an hour. */
	readonly max_per_hour?: number | undefined;
}

/** `replayed`: this attempt was requested before with another body. `unavailable`: nothing is decided, retry later. */
export type SpawnAnswer =
	| { readonly kind: "result"; readonly result: SpawnResult }
	| { readonly kind: "replayed" }
	| Unavailable;

/** The result of one step of the protocol: an answer ends the call, undefined continues. */
export type StepAnswer = SpawnAnswer | undefined;

/** The lower of the request's limit on unfinished CodeRuns and the relay's own; undefined where there is none. */
export function activeLimit(call: SpawnCall): number | undefined {
	if (!call.enforceMaxActive) return undefined;
	const limits = [call.request.max_active, call.limits?.max_active ?? 0].filter((limit) => limit > 0);
	return limits.length === 0 ? undefined : Math.min(...limits);
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

export function busy({ request, limits }: SpawnCall, active: number): SpawnAnswer {
	const { agent, max_active } = request;
	const isOwn = limits?.max_active !== undefined && (max_active === 0 || limits.max_active < max_active);
	return { kind: "result", result: { result: "busy", agent, active, ...(isOwn && { limit: "HEALER_MAX_ACTIVE" }) } };
}

/** `until` is in milliseconds since the epoch. An older worker reads only that its agent is busy. */
export function overHourlyCap({ request }: SpawnCall, active: number, until: number): SpawnAnswer {
	const iso = Number.isFinite(until) ? { until: new Date(until).toISOString() } : {};
	const { agent } = request;
	return { kind: "result", result: { result: "busy", agent, active, limit: "HEALER_MAX_PER_HOUR", ...iso } };
}

export function refused(reason: RefusedReason, detail: string): SpawnAnswer {
	return { kind: "result", result: { result: "refused", reason, detail } };
}

export function unavailable(why: string): SpawnAnswer {
	return { kind: "unavailable", why };
}
