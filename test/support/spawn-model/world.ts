import type { Book } from "./bookkeeping.ts";
import type { CallNode } from "./call-tree.ts";
import type { Interned } from "./interned.ts";
import type { ModelCluster } from "./model-cluster.ts";

/** Everything that determines what can happen next. */
export interface World extends Book {
	/** Milliseconds since the model's time zero. */
	readonly at: number;
	readonly cluster: ModelCluster;
	readonly actors: readonly Actor[];
	/** Operations sent by relays that were killed; they may still arrive. */
	readonly inFlight: readonly Sent[];
	readonly left: Budget;
}

/** A relay that handles one request, call after call, until its final answer. */
export interface Actor {
	/** How many calls it may still make. */
	readonly calls: number;
	/** Policy refused its request. */
	readonly refused?: true;
	/** What had been reported when its call began. */
	readonly began: number;
	/** Absent between two calls. */
	readonly node?: CallNode;
	/** Its operation took effect; the answer has not arrived yet. */
	readonly answer?: Interned<object>;
	/** The claim it found before it went to sleep. */
	readonly sleepsOn?: number;
}

export interface Sent {
	readonly actor: number;
	readonly node: CallNode;
	readonly began: number;
	readonly version: string;
}

/** How often each event may still happen. */
export interface Budget {
	readonly steps: number;
	readonly hands: number;
	readonly faults: number;
}

/** The same text for states with the same possible futures. */
export function keyOf({ at, cluster, actors, inFlight, left, made, reported, again }: World): string {
	let key = `${at} ${left.steps} ${left.hands} ${left.faults} ${made} ${reported} ${again}`;
	for (const id of [...cluster.claims.values()].map(({ id }) => id).sort(ascending)) key += ` ${id}`;
	key += "|";
	for (const id of [...cluster.coderuns.values()].map(({ id }) => id).sort(ascending)) key += ` ${id}`;
	for (const { calls, began, refused, node, answer, sleepsOn } of actors) {
		key += `|${calls} ${refused ?? ""} ${began} ${node?.id ?? ""} ${answer?.id ?? ""} ${sleepsOn ?? ""}`;
	}
	for (const sent of inFlight.map(({ version, node }) => `${version}:${node.id}`).sort()) key += ` ${sent}`;
	return key;
}

function ascending(one: number, other: number): number {
	return one - other;
}
