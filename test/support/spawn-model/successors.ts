import type { SpawnAnswer } from "../../../relay/claims/spawn-call.ts";
import type { SpawnRequest } from "../../../wire/spawn.ts";
import { isPolicyRefusal, type Rules } from "./bookkeeping.ts";
import { type CallNode, type CallTree, internAnswer } from "./call-tree.ts";
import type { Interned } from "./interned.ts";
import { type ApplyOperation, addCodeRun, finishCodeRun, removeCodeRun } from "./model-cluster.ts";
import type { Operation } from "./operation.ts";
import type { Actor, Sent, World } from "./world.ts";

export interface Model {
	readonly trees: readonly CallTree[];
	readonly requests: readonly SpawnRequest[];
	/** By actor: whether its relay's policy allows the request. */
	readonly isAllowed: readonly boolean[];
	/** By actor: it begins after policy refused that other actor's request. */
	readonly after: readonly (number | undefined)[];
	readonly rules: Rules;
	readonly apply: ApplyOperation;
	/** Possible time jumps, in milliseconds. */
	readonly jumps: readonly number[];
	/** The agent for which someone may create a CodeRun manually. */
	readonly agent: string;
}

/** One possible next event, in words, and the resulting state. */
export interface Happening {
	readonly what: string;
	readonly world: World;
}

const UNANSWERED = internAnswer({ kind: "unavailable", why: "the connection broke" });

/** Every possible next event. Throws a Fault for a forbidden one. */
export async function successors(model: Model, world: World): Promise<Happening[]> {
	const next: Happening[] = [];
	for (const [at, actor] of world.actors.entries()) {
		if (actor.node === undefined) await begin(model, world, at, actor, next);
		else if (actor.answer === undefined) await act(model, world, at, actor, actor.node, next);
	}
	for (const sent of world.inFlight) arrive(model, world, sent, next);
	await passTime(model, world, next);
	manual(model, world, next);
	return next;
}

async function begin(
	{ trees, after, isAllowed, requests, rules }: Model,
	world: World,
	at: number,
	actor: Actor,
	next: Happening[],
): Promise<void> {
	if (actor.calls === 0) return;
	const before = after[at];
	if (before !== undefined && !actorAt(world, before).refused) return;
	const node = await treeOf(trees, at).begin(world.at);
	const begun = { calls: actor.calls - 1, began: world.reported, node };
	const request = requests[at];
	const asksToRefuse = request !== undefined && isAllowed[at] === false;
	const { reported } = asksToRefuse ? rules.onAskedToRefuse(world, world.cluster, request) : world;
	next.push({ what: `${at} begins`, world: withActor({ ...world, reported }, at, begun) });
}

async function act(
	model: Model,
	world: World,
	at: number,
	actor: Actor,
	node: CallNode,
	next: Happening[],
): Promise<void> {
	if (!("asks" in node.came)) return;
	const { asks } = node.came;
	const version = `${at}.${actor.calls}.${node.writes}`;
	if (actor.calls > 0) next.push(kill(world, { actor: at, node, began: actor.began, version }, asks));
	if (asks.do === "sleep") {
		const changed = lastClaim(world, node) !== actor.sleepsOn || world.at > node.at;
		if (changed) next.push(await deliver(model, world, at, internAnswer({}), "wakes"));
		return;
	}
	const { after, answer } = takeEffect(model, world, asks, node, actor.began, version);
	next.push(await deliver(model, after, at, answer, asks.do));
	if (world.left.steps > 0) {
		next.push({ what: `${at} ${asks.do}, the answer is slow`, world: withActor(after, at, { ...actor, answer }) });
	}
	if (world.left.faults === 0) return;
	const left = { ...world.left, faults: world.left.faults - 1 };
	next.push(await deliver(model, { ...world, left }, at, UNANSWERED, `${asks.do} is lost`));
	if (after.cluster === world.cluster) return;
	next.push(await deliver(model, { ...after, left }, at, UNANSWERED, `${asks.do}, the answer is lost`));
}

/** A relay is killed; its sent operation may still arrive. For a read, sent or not makes no difference. */
function kill(world: World, sent: Sent, { do: asks }: Operation): Happening {
	const { calls } = actorAt(world, sent.actor);
	const reads = ["readClaim", "readCodeRun", "listUnfinished", "sleep"].includes(asks);
	const inFlight = reads ? world.inFlight : [...world.inFlight, sent];
	const killed = withActor({ ...world, inFlight }, sent.actor, { calls, began: 0 });
	return { what: `${sent.actor} is killed at ${asks}`, world: killed };
}

function arrive(model: Model, world: World, sent: Sent, next: Happening[]): void {
	if (!("asks" in sent.node.came)) return;
	const { asks } = sent.node.came;
	const { after } = takeEffect(model, world, asks, sent.node, sent.began, sent.version);
	const inFlight = world.inFlight.filter((other) => other !== sent);
	next.push({ what: `${asks.do} of killed ${sent.actor} arrives`, world: { ...after, inFlight } });
}

function takeEffect(
	{ apply, rules }: Model,
	world: World,
	asks: Operation,
	node: CallNode,
	began: number,
	version: string,
): { after: World; answer: Interned<object> } {
	if (asks.do === "createCodeRun" && world.at > node.at + asks.withinMs) return { after: world, answer: UNANSWERED };
	const { cluster, answer, created } = apply(world.cluster, asks, version);
	const book = created === undefined ? world : rules.onCreated(world, cluster, created, began);
	return { after: { ...world, cluster, made: book.made, again: book.again }, answer: internAnswer(answer) };
}

/** The answer arrives, and the call continues to its next operation or its end. */
async function deliver(
	model: Model,
	world: World,
	at: number,
	answer: Interned<object>,
	what: string,
): Promise<Happening> {
	const actor = actorAt(world, at);
	if (actor.node === undefined) throw new Error("no call waits for that answer");
	const node = await treeOf(model.trees, at).advance(actor.node, answer, world.at);
	if ("answer" in node.came) return { what: `${at} ${what}, answers`, world: answerTo(model, world, at, node.came) };
	const { calls, began } = actor;
	const sleepsOn = node.came.asks.do === "sleep" ? { sleepsOn: lastClaim(world, node) } : {};
	return { what: `${at} ${what}`, world: withActor(world, at, { calls, began, node, ...sleepsOn }) };
}

function answerTo({ rules, requests }: Model, world: World, at: number, { answer }: { answer: SpawnAnswer }): World {
	const request = requests[at];
	if (request === undefined) throw new Error(`there is no actor ${at}`);
	const { reported } = rules.onAnswered(world, world.cluster, answer, request);
	const calls = isForGood(answer) ? 0 : actorAt(world, at).calls;
	const refused = isPolicyRefusal(answer) && ({ refused: true } as const);
	return withActor({ ...world, reported }, at, { calls, began: 0, ...refused });
}

/** Time jumps. An answer in flight arrives then or stays in flight: only time distinguishes early from late. */
async function passTime(model: Model, world: World, next: Happening[]): Promise<void> {
	if (world.left.steps === 0) return;
	const left = { ...world.left, steps: world.left.steps - 1 };
	for (const jump of model.jumps) {
		let worlds: World[] = [{ ...world, at: world.at + jump, left }];
		for (const [at, actor] of world.actors.entries()) {
			if (actor.answer === undefined) continue;
			const { answer } = actor;
			const arrived = await Promise.all(
				worlds.map(async (later) => (await deliver(model, withoutAnswer(later, at), at, answer, "")).world),
			);
			worlds = left.steps === 0 ? arrived : [...worlds, ...arrived];
		}
		for (const later of worlds) next.push({ what: `${jump / 1000} s pass`, world: later });
	}
}

function manual({ agent }: Model, world: World, next: Happening[]): void {
	if (world.left.hands === 0) return;
	const left = { ...world.left, hands: world.left.hands - 1 };
	next.push({ what: "one is made by hand", world: { ...world, left, cluster: addCodeRun(world.cluster, agent) } });
	for (const { value } of world.cluster.coderuns.values()) {
		const removed = removeCodeRun(world.cluster, value.name);
		next.push({ what: `${value.name} is deleted`, world: { ...world, left, cluster: removed } });
		if (value.finished) continue;
		const finished = finishCodeRun(world.cluster, value.name);
		next.push({ what: `${value.name} ends`, world: { ...world, left, cluster: finished } });
	}
}

export function isForGood(answer: SpawnAnswer): boolean {
	if (answer.kind === "replayed") return true;
	return answer.kind === "result" && ["created", "exists", "refused"].includes(answer.result.result);
}

function lastClaim({ cluster }: World, { lastLease }: CallNode): number {
	return lastLease === undefined ? 0 : (cluster.claims.get(lastLease)?.id ?? 0);
}

function withActor(world: World, at: number, actor: Actor): World {
	return { ...world, actors: world.actors.with(at, actor) };
}

function withoutAnswer(world: World, at: number): World {
	const { answer: _, ...actor } = actorAt(world, at);
	return withActor(world, at, actor);
}

function actorAt({ actors }: World, at: number): Actor {
	const actor = actors[at];
	if (actor === undefined) throw new Error(`there is no actor ${at}`);
	return actor;
}

function treeOf(trees: readonly CallTree[], at: number): CallTree {
	const tree = trees[at];
	if (tree === undefined) throw new Error(`there is no actor ${at}`);
	return tree;
}
