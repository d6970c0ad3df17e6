import type { SpawnAnswer } from "../../../relay/claims/spawn-call.ts";
import type { Clock } from "../../../relay/clock.ts";
import { refuseUnlessThere } from "../../../relay/spawn/refuse-unless-there.ts";
import { spawn } from "../../../relay/spawn/spawn.ts";
import type { SpawnRequest } from "../../../wire/spawn.ts";
import { POLICY } from "./bookkeeping.ts";
import { type Interned, internTable } from "./interned.ts";
import { clusterAsking, type Operation } from "./operation.ts";

/** A call of `spawn`, as far as its answers so far took it: its next operation, or its result. */
export interface CallNode {
	readonly id: number;
	/** When the last of those answers arrived, which is when it issues the next operation. */
	readonly at: number;
	/** How many of its writes may have taken effect. */
	readonly writes: number;
	/** The last claim it read. */
	readonly lastLease: string | undefined;
	readonly came: { readonly asks: Operation } | { readonly answer: SpawnAnswer };
}

export interface CallTree {
	begin(at: number): Promise<CallNode>;
	/** Continues the call with that answer, arriving at that time. */
	advance(node: CallNode, answer: Interned<object>, at: number): CallNode | Promise<CallNode>;
}

interface Heard {
	readonly at: number;
	readonly answer?: object;
}

interface GrownNode extends CallNode {
	readonly heard: readonly Heard[];
	readonly parent: GrownNode | undefined;
}

/**
 * All paths that calls of one request can take. A call's next step depends only on the answers and their times, so each
 * path runs once, from its beginning, with the answers that lead there.
 */
export function callTree(request: SpawnRequest, digest: string, skew_ms: number, isAllowed = true): CallTree {
	const grown = new Map<CallNode, GrownNode>();
	const byHeard = new Map<string, CallNode>();
	let ids = 0;

	async function grow(key: string, parent: GrownNode | undefined, heard: readonly Heard[]): Promise<CallNode> {
		const { came, lastLease } = await replay({ request, digest, skew_ms, isAllowed }, heard);
		const writes = (parent?.writes ?? 0) + (mayHaveWritten(heard.at(-1)) ? 1 : 0);
		const made = { id: ++ids, at: heard.at(-1)?.at ?? 0, writes, lastLease, came, heard, parent };
		const node = beforeFailedRound(made) ?? made;
		if (node === made) grown.set(made, made);
		byHeard.set(key, node);
		return node;
	}
	return {
		begin: async (at) => byHeard.get(`${at}`) ?? grow(`${at}`, undefined, [{ at }]),
		advance(node, answer, at) {
			const key = `${node.id} ${answer.id} ${at}`;
			const parent = grown.get(node);
			return byHeard.get(key) ?? grow(key, parent, [...(parent?.heard ?? []), { at, answer: answer.value }]);
		},
	};
}

/**
 * A call that lost a write to another one and restarts its round at the same time is in the state before the round,
 * except for its round counter. Without this, paths would differ by how often each had lost.
 */
function beforeFailedRound(made: GrownNode): GrownNode | undefined {
	const asks = textOf(made);
	let lost = false;
	for (let node = made; node.parent !== undefined && node.parent.at === made.at; node = node.parent) {
		const last = node.heard.at(-1);
		if (mayHaveWritten(last)) return undefined;
		lost ||= kindOf(last) === "conflict";
		if (lost && textOf(node.parent) === asks) return node.parent;
	}
	return undefined;
}

function textOf({ came }: CallNode): string | undefined {
	return "asks" in came ? JSON.stringify(came.asks) : undefined;
}

const WRITTEN: ReadonlySet<unknown> = new Set(["written", "deleted", "created", "unavailable"]);

function mayHaveWritten(heard: Heard | undefined): boolean {
	return WRITTEN.has(kindOf(heard));
}

function kindOf(heard: Heard | undefined): unknown {
	const { answer } = heard ?? {};
	return answer !== undefined && "kind" in answer ? answer.kind : undefined;
}

interface Called {
	readonly request: SpawnRequest;
	readonly digest: string;
	readonly skew_ms: number;
	/** By the policy of the relay that handles the call. */
	readonly isAllowed: boolean;
}

async function replay({ request, digest, skew_ms, isAllowed }: Called, heard: readonly Heard[]) {
	let position = 0;
	let lastLease: string | undefined;
	const time = () => heard[position]?.at ?? 0;
	const came = await new Promise<CallNode["came"]>((resolve, reject) => {
		const ask = async (asks: Operation): Promise<never> => {
			if (position + 1 < heard.length) {
				position++;
				if ("lease" in asks) lastLease = asks.lease;
				return heard[position]?.answer as never;
			}
			resolve({ asks });
			return new Promise(() => {});
		};
		const clock: Clock = {
			now: () => EPOCH + time() + skew_ms,
			monotonic: time,
			sleep: (ms) => ask({ do: "sleep", ms }),
		};
		const cluster = clusterAsking(ask);
		const call = { request, digest, cluster, clock, enforceMaxActive: true };
		const called = isAllowed ? spawn(call) : refuseUnlessThere(call, POLICY);
		called.then((answer) => resolve({ answer }), reject);
	});
	return { came, lastLease };
}

/** The model's time zero. */
export const EPOCH = Date.UTC(2026, 10, 22);

export const internAnswer = internTable<object>();
