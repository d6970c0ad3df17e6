import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SpawnAnswer } from "../../relay/claims/spawn-call.ts";
import type { Cluster } from "../../relay/cluster/cluster.ts";
import type { CodeRun } from "../../relay/cluster/coderun.ts";
import { spawn } from "../../relay/spawn/spawn.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { interleavedCluster, Killed } from "../support/interleaved-cluster.ts";
import { memoryCluster } from "../support/memory-cluster.ts";
import { spawnRequest } from "../support/spawn-request.ts";
import { runs } from "../support/tiers/at-size.ts";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.ts";

const A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const C = "cccccccccccccccccccccccccccccccc";

/** The situations that the protocol handles; each request may be sent several times at once. */
const SITUATIONS = {
	"one incident, one attempt": [{ incident_id: A }, { incident_id: A }, { incident_id: A }],
	"one incident, two attempts": [{ incident_id: A }, { incident_id: A, attempt: 2 }, { incident_id: A }],
	"two incidents on one branch": [{ incident_id: A }, { incident_id: B }, { incident_id: A }],
	"two attempts and another incident on one branch": [
		{ incident_id: A },
		{ incident_id: A, attempt: 2 },
		{ incident_id: B },
	],
	"three incidents of one agent on branches of their own": [
		{ incident_id: A, claims: [branch("a")] },
		{ incident_id: B, claims: [branch("b")] },
		{ incident_id: C, claims: [branch("c")] },
	],
	"two incidents that claim two keys in opposite order": [
		{ incident_id: A, agent: "rex", claims: [branch("a"), branch("b")] },
		{ incident_id: B, agent: "blaze", claims: [branch("b"), branch("a")] },
		{ incident_id: C, agent: "bolt", claims: [branch("b")] },
	],
	"one attempt decided differently by two": [
		{ incident_id: A },
		{ incident_id: A, agent: "blaze" },
		{ incident_id: A, attempt: 2 },
	],
} satisfies Record<string, Partial<SpawnRequest>[]>;

/** Other events in the meantime. */
type Happening = { advance: number } | "finish" | "remove" | "appear";

describe("spawn", () => {
	it.each(Object.entries(SITUATIONS))("creates no second CodeRun in any interleaving with kills: %s", (_, changes) =>
		fc.assert(
			fc.asyncProperty(fc.scheduler(), plans(changes.length), happenings(), async (scheduler, plan, happening) => {
				const pause = (where: string) => scheduler.schedule(Promise.resolve(), where);
				const requests = changes.map((change) => spawnRequest(change));
				const world = newWorld(requests);
				const storm = requests.map((request, at) => run(world, request, plan[at], pause));
				const weather = (async () => {
					for (const what of happening) {
						await pause(JSON.stringify(what));
						world.happen(what);
					}
				})();
				await scheduler.waitFor(Promise.all([...storm, weather]));
				world.expectNoDuplicates();
				await repeatAll(world, requests);
				world.expectNoDuplicates();
			}),
			{ numRuns: runs(300) },
		),
	);
});

interface Plan {
	readonly skew_ms: number;
	/** The relay is killed at this pause of the call. */
	readonly killed_at: number | undefined;
}

/** One relay that processes one request, until it answers or is killed. */
async function run(
	world: World,
	request: SpawnRequest,
	plan: Plan | undefined,
	pause: (where: string) => Promise<void>,
): Promise<SpawnAnswer | undefined> {
	let pauses = 0;
	const clock = world.clock.skewed(plan?.skew_ms ?? 0);
	const cluster = interleavedCluster(world.cluster(), clock, async (where) => {
		await pause(`${request.incident_id[0]}${request.attempt} ${where}`);
		if (pauses++ === plan?.killed_at) throw new Killed();
	});
	try {
		const answer = await spawn({ request, digest: digestOf(request), cluster, clock, enforceMaxActive: true });
		world.report(answer);
		return answer;
	} catch (error) {
		if (error instanceof Killed) return undefined;
		throw error;
	}
}

/** The worker retries what got no final answer, a minute later, while CodeRuns end. */
async function repeatAll(world: World, requests: readonly SpawnRequest[]): Promise<void> {
	let open = [...requests];
	for (let minute = 0; open.length > 0; minute++) {
		expect(minute, `still open: ${open.map(({ coderun }) => coderun.metadata.name)}`).toBeLessThan(60);
		const left: SpawnRequest[] = [];
		for (const request of open) {
			const answer = await run(world, request, undefined, async () => {});
			if (!isForGood(answer)) left.push(request);
		}
		open = left;
		world.clock.advance(60_000);
		if (minute % 5 === 4) world.happen("finish");
	}
}

function isForGood(answer: SpawnAnswer | undefined): boolean {
	if (answer?.kind === "replayed") return true;
	return answer?.kind === "result" && ["created", "exists", "refused"].includes(answer.result.result);
}

interface World {
	readonly clock: VirtualClock;
	/** The state as seen by a call that starts now. */
	cluster(): Cluster;
	happen(what: Happening): void;
	/** An answer reached the worker. */
	report(answer: SpawnAnswer): void;
	expectNoDuplicates(): void;
}

/** A cluster that records what was created. */
function newWorld(asked: readonly SpawnRequest[]): World {
	const clock = virtualClock();
	const memory = memoryCluster();
	const made: CodeRun[] = [];
	const reported = new Set<string>();
	const faults: string[] = [];
	const cluster = (reportedBefore: ReadonlySet<string>): Cluster => ({
		...memory,
		createCodeRun: async (coderun, withinMs) => {
			const answer = await memory.createCodeRun(coderun, withinMs);
			if (answer.kind !== "created") return answer;
			const again = made.filter((other) => isSameAttempt(other, coderun));
			if (again.some((other) => other.metadata.name !== coderun.metadata.name))
				faults.push("two names for one attempt");
			if (reportedBefore.has(coderun.metadata.name))
				faults.push("recreated by a call that started after an answer reported it");
			const active = memory.unfinished().filter((name) => name !== coderun.metadata.name);
			if (active.some((name) => sharesKey(asked, name, coderun.metadata.name))) faults.push("two active under one key");
			if (active.some((name) => sharesAgent(name, coderun.metadata.name))) faults.push("two active for one agent");
			made.push(coderun);
			return answer;
		},
	});
	return {
		clock,
		cluster: () => cluster(new Set(reported)),
		happen: (what) => {
			const [first] = memory.unfinished();
			if (typeof what === "object") clock.advance(what.advance);
			else if (what === "appear") memory.appear("by-hand", "rex");
			else if (first !== undefined) what === "finish" ? memory.finish(first) : memory.remove(first);
		},
		report: (answer) => {
			if (answer.kind === "result" && "coderun_name" in answer.result && answer.result.result !== "held") {
				reported.add(answer.result.coderun_name);
			}
		},
		expectNoDuplicates: () => expect(faults).toEqual([]),
	};
}

function isSameAttempt(one: CodeRun, other: CodeRun): boolean {
	const identity = ({ metadata: { annotations } }: CodeRun) =>
		`${annotations["healer/incident-id"]}.${annotations["healer/attempt"]}`;
	return identity(one) === identity(other);
}

function sharesKey(asked: readonly SpawnRequest[], one: string, other: string): boolean {
	const keys = (name: string) =>
		asked.filter((request) => request.coderun.metadata.name === name).flatMap(({ claims }) => claims);
	return keys(one).some(({ key }) => keys(other).some((claim) => claim.key === key));
}

/** `healer-ci-{agent}-{hash}`; every request allows one at a time. */
function sharesAgent(one: string, other: string): boolean {
	return one.split("-")[2] === other.split("-")[2];
}

function branch(name: string): SpawnRequest["claims"][number] {
	return { name: "branch", key: `5dlabs/cto:branch:${name}`, ttl_s: 600, while_active: true };
}

function digestOf(request: SpawnRequest): string {
	return createHash("sha256").update(JSON.stringify(request)).digest("hex");
}

function plans(count: number): fc.Arbitrary<Plan[]> {
	const plan = fc.record({
		skew_ms: fc.integer({ min: -3_000, max: 3_000 }),
		killed_at: fc.option(fc.nat(30), { nil: undefined }),
	});
	return fc.array(plan, { minLength: count, maxLength: count });
}

function happenings(): fc.Arbitrary<Happening[]> {
	const advance = fc.record({ advance: fc.constantFrom(1_000, 9_000, 15_000, 25_000, 45_000, 120_000, 700_000) });
	return fc.array(
		fc.oneof({ weight: 3, arbitrary: advance }, fc.constantFrom<Happening>("finish", "remove", "appear")),
		{
			maxLength: 8,
		},
	);
}
