import { describe, expect, it } from "vitest";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { POLICY, rulesFor } from "../support/spawn-model/bookkeeping.ts";
import { type CallNode, type CallTree, callTree } from "../support/spawn-model/call-tree.ts";
import { completion, digestOf } from "../support/spawn-model/completion.ts";
import { type Exploration, explore } from "../support/spawn-model/explore.ts";
import { type ApplyOperation, applyOperation, EMPTY } from "../support/spawn-model/model-cluster.ts";
import type { World } from "../support/spawn-model/world.ts";
import { spawnRequest } from "../support/spawn-request.ts";
import { isAtSize } from "../support/tiers/at-size.ts";

const A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const C = "cccccccccccccccccccccccccccccccc";

/** How much may happen in one run. All orders of all allowed events are tried; none is drawn at random. */
interface Bound {
	/** Calls of each actor: one that was killed, at any of its operations, or got no final answer, retries. */
	readonly calls: number;
	/** How often time jumps, and how far. */
	readonly steps: number;
	readonly jumps_s: readonly number[];
	/** How often a CodeRun is finished or deleted by hand. */
	readonly hands: number;
	/** How often an operation, or only its answer, is lost. */
	readonly faults: number;
}

const NOTHING_ELSE: Bound = { calls: 1, steps: 0, jumps_s: [], hands: 0, faults: 0 };
/**
 * Within a create's limit; a claim's age; everything that can be in flight; the claim's ttl. Sums of them lie between.
 */
const JUMPS_S = [10, 20, 40, 620];

/**
 * `npm run test:soak` tries all of `AT_SIZE`; with `HEALER_MODEL=wide` it runs for minutes, up to what fits into
 * memory.
 */
const isWide = process.env.HEALER_MODEL === "wide";

const PAIRS: Record<string, Partial<SpawnRequest>[]> = {
	"one incident, requested by two": [{ incident_id: A }, { incident_id: A }],
	"one attempt, decided differently by two": [{ incident_id: A }, { incident_id: A, agent: "blaze" }],
	"two attempts": [{ incident_id: A }, { incident_id: A, attempt: 2 }],
	"two attempts, of two agents": [{ incident_id: A }, { incident_id: A, attempt: 2, agent: "atlas" }],
	"two incidents on one branch": [
		{ incident_id: A, agent: "rex" },
		{ incident_id: B, agent: "blaze" },
	],
	"two incidents of one agent": [
		{ incident_id: A, claims: [branch("a")] },
		{ incident_id: B, claims: [branch("b")] },
	],
	"two incidents that claim two keys in opposite order": [
		{ incident_id: A, agent: "rex", claims: [branch("a"), branch("b")] },
		{ incident_id: B, agent: "blaze", claims: [branch("b"), branch("a")] },
	],
};

const TRIPLES: Record<string, Partial<SpawnRequest>[]> = {
	"one incident, requested by three": [{ incident_id: A }, { incident_id: A }, { incident_id: A }],
	"two attempts, the first requested by two": [{ incident_id: A }, { incident_id: A, attempt: 2 }, { incident_id: A }],
	"two incidents on one branch, one requested by two": [
		{ incident_id: A },
		{ incident_id: B, agent: "blaze" },
		{ incident_id: A },
	],
	"two attempts and another incident on one branch": [
		{ incident_id: A },
		{ incident_id: A, attempt: 2 },
		{ incident_id: B },
	],
	"three incidents of one agent": [
		{ incident_id: A, claims: [branch("a")] },
		{ incident_id: B, claims: [branch("b")] },
		{ incident_id: C, claims: [branch("c")] },
	],
	"three incidents that claim two keys in opposite order": [
		{ incident_id: A, agent: "rex", claims: [branch("a"), branch("b")] },
		{ incident_id: B, agent: "blaze", claims: [branch("b"), branch("a")] },
		{ incident_id: C, agent: "bolt", claims: [branch("b")] },
	],
	"one attempt, decided differently by two, and the next": [
		{ incident_id: A },
		{ incident_id: A, agent: "blaze" },
		{ incident_id: A, attempt: 2 },
	],
};

type Row = readonly [string, Record<string, Partial<SpawnRequest>[]>, Bound];

const WIDE: readonly Row[] = [
	["2 actors that are killed and ask again, and time", PAIRS, { ...NOTHING_ELSE, calls: 2, steps: 1, jumps_s: [40] }],
	["3 actors, a long time and hands", requestedOnce(TRIPLES), { ...NOTHING_ELSE, steps: 1, hands: 1, jumps_s: [620] }],
];

/**
 * A dead call is one that never returns, so each of these also covers kills at any operation. Three actors of one
 * request also cover two of which one was killed and retried.
 */
const AT_SIZE: readonly Row[] = [
	["2 actors, time and hands", PAIRS, { ...NOTHING_ELSE, steps: 1, hands: 1, jumps_s: JUMPS_S }],
	["2 actors that are killed and ask again", PAIRS, { ...NOTHING_ELSE, calls: 2, hands: 1 }],
	[
		"2 actors, a lost operation, time and hands",
		PAIRS,
		{ ...NOTHING_ELSE, steps: 1, hands: 1, faults: 1, jumps_s: [40] },
	],
	["3 actors and hands", TRIPLES, { ...NOTHING_ELSE, hands: 2 }],
	["3 actors and time", requestedOnce(TRIPLES), { ...NOTHING_ELSE, steps: 1, jumps_s: [40] }],
	...(isWide ? WIDE : []),
];

/** A subset of the states of the full-size ones: each situation, with one event at a time. */
const QUICK: readonly Row[] = [
	["2 actors and hands", withoutLargest(PAIRS), { ...NOTHING_ELSE, hands: 1 }],
	["2 actors and time", withoutLargest(PAIRS), { ...NOTHING_ELSE, steps: 1, jumps_s: [40] }],
	["2 actors and a lost operation", withoutLargest(PAIRS), { ...NOTHING_ELSE, faults: 1 }],
	["2 actors of one incident", PAIRS, NOTHING_ELSE],
	["3 actors", withoutLargest(TRIPLES), NOTHING_ELSE],
];

const BOUNDS = isAtSize || isWide ? AT_SIZE : QUICK;

function withoutLargest(situations: Record<string, Partial<SpawnRequest>[]>): Record<string, Partial<SpawnRequest>[]> {
	return Object.fromEntries(Object.entries(situations).filter(([situation]) => !situation.startsWith("one incident,")));
}

function requestedOnce(situations: Record<string, Partial<SpawnRequest>[]>): Record<string, Partial<SpawnRequest>[]> {
	return Object.fromEntries(Object.entries(situations).filter(([situation]) => !situation.includes("requested by")));
}

/** Actors of one request meet at every claim, which makes many more states: these have tighter limits. */
function boundFor(situation: string, bound: Bound): Bound {
	if (!situation.startsWith("one incident,")) return bound;
	if (situation.endsWith("three")) return NOTHING_ELSE;
	if (bound.calls > 1) return isWide ? { ...NOTHING_ELSE, calls: bound.calls } : NOTHING_ELSE;
	return bound.faults > 0 ? { ...bound, steps: 0 } : { ...bound, jumps_s: bound.jumps_s.slice(0, 1) };
}

describe.each(BOUNDS)("spawn, in every order: %s", (_, situations, bound) => {
	it.each(Object.entries(situations))("%s", { timeout: 1_200_000 }, async (situation, changes) => {
		const { states, fault } = await exploreAll(changes, boundFor(situation, bound));
		expect(states).toBeGreaterThan(20);
		expect(fault).toBeUndefined();
	});
});

const REDECIDED_AT_SIZE: readonly (readonly [string, Bound])[] = [
	["time and hands", { ...NOTHING_ELSE, steps: 1, hands: 1, jumps_s: JUMPS_S }],
	["a lost operation and time", { ...NOTHING_ELSE, steps: 1, faults: 1, jumps_s: [40] }],
	["kills, a lost operation and hands", { ...NOTHING_ELSE, calls: 2, faults: 1, hands: 1 }],
];

const REDECIDED_QUICK: readonly (readonly [string, Bound])[] = [
	["time", { ...NOTHING_ELSE, steps: 1, jumps_s: [40] }],
	["a lost operation", { ...NOTHING_ELSE, faults: 1 }],
];

describe.each(isAtSize || isWide ? REDECIDED_AT_SIZE : REDECIDED_QUICK)(
	"what was refused under a newer policy and decided again, in every order: %s",
	(_, bound) => {
		it.each([
			["for the same agent", { attempt: 2 }],
			["for another agent", { attempt: 2, agent: "blaze" }],
		])("%s", { timeout: 1_200_000 }, async (_situation, decidedAgain) => {
			const { states, fault } = await exploreRedeciding(decidedAgain, bound);
			expect(states).toBeGreaterThan(20);
			expect(fault).toBeUndefined();
		});
	},
);

describe("exploring every order", () => {
	it("finds the CodeRun of a request that was refused without a check", async () => {
		const bound = { ...NOTHING_ELSE, steps: 1, jumps_s: [40] };
		const { fault } = await exploreRedeciding({ attempt: 2 }, bound, true);
		expect(fault?.at(-1)).toMatch(/^refused although it exists|^created after it was refused/);
	});

	it("finds the second CodeRun when claims are replaced without comparing versions", async () => {
		const careless: ApplyOperation = (cluster, operation, version) => {
			const stands = "version" in operation ? cluster.claims.get(operation.lease)?.value.version : undefined;
			const blind = "version" in operation && stands !== undefined ? { ...operation, version: stands } : operation;
			return applyOperation(cluster, blind, version);
		};
		const { fault } = await exploreAll(
			PAIRS["two incidents on one branch"] ?? [],
			{ ...NOTHING_ELSE, steps: 2, hands: 0, jumps_s: [620] },
			careless,
		);
		expect(fault?.at(-1)).toBe("two unfinished under one key");
	});

	it("finds the second CodeRun when a claim is created over an existing one", async () => {
		const careless: ApplyOperation = (cluster, operation, version) => {
			if (operation.do !== "createClaim") return applyOperation(cluster, operation, version);
			const claims = new Map(cluster.claims);
			claims.delete(operation.lease);
			return applyOperation({ ...cluster, claims }, operation, version);
		};
		const { fault } = await exploreAll(PAIRS["two incidents on one branch"] ?? [], NOTHING_ELSE, careless);
		expect(fault?.at(-1)).toBe("two unfinished under one key");
	});

	it("finds the incident that is lost when nothing can be created any more", async () => {
		const deaf: ApplyOperation = (cluster, operation, version) =>
			operation.do === "createCodeRun"
				? { cluster, answer: { kind: "unavailable", why: "deaf" } }
				: applyOperation(cluster, operation, version);
		const { fault } = await exploreAll(PAIRS["one incident, requested by two"] ?? [], NOTHING_ELSE, deaf);
		expect(fault?.at(-1)).toMatch(/^no final answer: /);
	});
});

const SKEWS = [-1_500, 1_500, 0];

async function exploreAll(
	changes: readonly Partial<SpawnRequest>[],
	{ calls, jumps_s, ...left }: Bound,
	apply: ApplyOperation = applyOperation,
): Promise<Exploration> {
	const requests = changes.map((change) => spawnRequest(change));
	const rules = rulesFor(requests);
	const trees = requests.map((request, at) => callTree(request, digestOf(request), SKEWS[at] ?? 0));
	const jumps = jumps_s.map((s) => s * 1000);
	const actors = requests.map(() => ({ calls, began: 0 }));
	const start = { at: 0, cluster: EMPTY, actors, inFlight: [], left, made: 0, reported: 0, again: 0 };
	const agent = requests[0]?.agent ?? "";
	const repeats = requests.map((request) => ({ request, isAllowed: true }));
	const after = requests.map(() => undefined);
	const isAllowed = requests.map(() => true);
	const model = { trees, requests, isAllowed, after, rules, apply, jumps, agent };
	return explore(
		model,
		start,
		completion(() => repeats, rules, apply),
	);
}

/**
 * A request sent under an older policy that may arrive at any time; the same one, repeated to a relay that refuses it;
 * and the next decision, which starts once that refusal arrived.
 */
async function exploreRedeciding(
	decidedAgain: Partial<SpawnRequest>,
	{ calls, jumps_s, ...left }: Bound,
	refusesBlindly = false,
): Promise<Exploration> {
	const first = spawnRequest({ incident_id: A });
	const again = spawnRequest({ incident_id: A, ...decidedAgain });
	const requests = [first, first, again];
	const rules = rulesFor(requests);
	const trees = [
		callTree(first, digestOf(first), -1_500),
		refusesBlindly ? blindTree() : callTree(first, digestOf(first), 1_500, false),
		callTree(again, digestOf(again), 0),
	];
	const actors = [1, calls, calls].map((each) => ({ calls: each, began: 0 }));
	const start = { at: 0, cluster: EMPTY, actors, inFlight: [], left, made: 0, reported: 0, again: 0 };
	const jumps = jumps_s.map((s) => s * 1000);
	const model = {
		trees,
		requests,
		isAllowed: [true, false, true],
		after: [undefined, undefined, 1],
		rules,
		apply: applyOperation,
		jumps,
		agent: "rex",
	};
	const repeats = ({ actors: [, refused] }: World) =>
		refused?.refused
			? [{ request: again, isAllowed: true }]
			: [{ request: first, isAllowed: false, decidedAgain: again }];
	return explore(model, start, completion(repeats, rules, applyOperation));
}

/** A relay that refuses by policy without checking for the CodeRun. */
function blindTree(): CallTree {
	const answer = { kind: "result", result: { result: "refused", ...POLICY } } as const;
	const asks = { do: "sleep", ms: 0 } as const;
	const node = (id: number, at: number, came: CallNode["came"]) => ({ id, at, writes: 0, lastLease: undefined, came });
	return {
		begin: async (at) => node(1, at, { asks }),
		advance: (_node, _answer, at) => node(2, at, { answer }),
	};
}

function branch(name: string): SpawnRequest["claims"][number] {
	return { name: "branch", key: `5dlabs/cto:branch:${name}`, ttl_s: 600, while_active: true };
}
