import { describe, expect, it } from "vitest";
import type { Cluster } from "../../relay/cluster/cluster.ts";
import { leaseName } from "../../relay/cluster/lease-name.ts";
import { spawn } from "../../relay/spawn/spawn.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { memoryCluster } from "../support/memory-cluster.ts";
import { spawnRequest } from "../support/spawn-request.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const BRANCH = leaseName("key", "5dlabs/cto:branch:main");
const TURN = leaseName("agent", "rex");

/** A cluster in memory, and calls to it at a chosen time; `over` replaces the cluster's answers. */
function stage() {
	const cluster = memoryCluster();
	const clock = virtualClock();
	const call = async (request: SpawnRequest, over: Partial<Cluster> = {}, digest = "d") => {
		const answer = await spawn({
			request,
			digest,
			cluster: { ...cluster, ...over },
			clock,
			enforceMaxActive: true,
		});
		return answer.kind === "result" ? answer.result : answer;
	};
	return { cluster, clock, call };
}
const a = (changes: Partial<SpawnRequest> = {}) => spawnRequest({ incident_id: A, ...changes });
const b = (changes: Partial<SpawnRequest> = {}) => spawnRequest({ incident_id: B, ...changes });
const nameOf = (request: SpawnRequest) => request.coderun.metadata.name;
const unavailable = { kind: "unavailable", why: "down" } as const;

describe("spawn", () => {
	it("keeps the incident's and the branch's claim, and releases the agent's", async () => {
		const { cluster, call } = stage();
		expect(await call(a())).toEqual({ result: "created", coderun_name: nameOf(a()) });
		expect([...cluster.claims.keys()].sort()).toEqual([leaseName("incident", A), BRANCH].sort());
	});

	it("frees a claim 10 s after its ttl and the end of its CodeRun, not earlier", async () => {
		const { cluster, clock, call } = stage();
		await call(a());
		clock.advance(609_999);
		expect(await call(b())).toMatchObject({
			result: "held",
			by: A,
			claim: "branch",
			until: "2026-11-22T00:10:10.000Z",
		});
		clock.advance(1);
		expect(await call(b())).toMatchObject({ result: "held", by: A, until: null });
		cluster.finish(nameOf(a()));
		expect(await call(b())).toMatchObject({ result: "created" });
	});

	it("frees a short claim only when a call under it must have ended", async () => {
		const { cluster, clock, call } = stage();
		const short = { claims: [{ name: "branch", key: "k", ttl_s: 1, while_active: true }] };
		await call(a(short));
		cluster.finish(nameOf(a()));
		clock.advance(39_999);
		expect(await call(b(short))).toMatchObject({ result: "held" });
		clock.advance(1);
		expect(await call(b(short))).toMatchObject({ result: "created" });
	});

	it("releases what it created when it is held or busy", async () => {
		const { cluster, call } = stage();
		await call(a());
		await call(b());
		await call(b({ claims: [] }));
		expect([...cluster.claims.values()].map(({ record }) => record.holder)).toEqual([A, A]);
	});

	it("keeps what it recognised when it is busy: another call may rely on it", async () => {
		const { cluster, call } = stage();
		await call(a(), { listUnfinished: async () => unavailable });
		cluster.appear("by-hand", "rex");
		expect(await call(a())).toEqual({ result: "busy", agent: "rex", active: 1 });
		expect(new Set(cluster.claims.keys())).toEqual(new Set([leaseName("incident", A), BRANCH, TURN]));
	});

	it("restores an earlier attempt's claims when the next is busy", async () => {
		const { cluster, call } = stage();
		await call(a());
		cluster.finish(nameOf(a()));
		const before = [...cluster.claims.values()].map(({ record }) => record);
		cluster.appear("by-hand", "rex");
		expect(await call(a({ attempt: 2 }))).toMatchObject({ result: "busy" });
		expect([...cluster.claims.values()].map(({ record }) => record)).toEqual(before);
	});

	it("waits five seconds for the agent, then leaves the retry to the caller", async () => {
		const { clock, call } = stage();
		await call(a(), { createCodeRun: async () => unavailable });
		const started = clock.monotonic();
		expect(await call(b({ claims: [] }))).toEqual({ kind: "unavailable", why: "other requests are waiting for rex" });
		expect(clock.monotonic() - started).toBe(5_000);
		clock.advance(35_000);
		expect(await call(b({ claims: [] }))).toMatchObject({ result: "created" });
	});

	it("keeps its claims when the CodeRun may have been created, and the retry finds it", async () => {
		const { cluster, call } = stage();
		const lost: Partial<Cluster> = {
			createCodeRun: async (coderun, withinMs) => {
				await cluster.createCodeRun(coderun, withinMs);
				return unavailable;
			},
		};
		expect(await call(a(), lost)).toEqual(unavailable);
		expect(cluster.claims.size).toBe(3);
		expect(await call(a())).toEqual({ result: "exists", coderun_name: nameOf(a()) });
	});

	it("releases its claims when the CodeRun can never be created, and says why", async () => {
		const { cluster, call } = stage();
		const answer = await call(a(), { createCodeRun: async () => ({ kind: "refused", why: "spec.x: unknown" }) });
		expect(answer).toEqual({ result: "refused", reason: "invalid_coderun", detail: "spec.x: unknown" });
		expect(cluster.claims.size).toBe(0);
	});

	it("refuses a name that another object has", async () => {
		const { cluster, call } = stage();
		cluster.appear(nameOf(a()), "blaze");
		expect(await call(a())).toMatchObject({ result: "refused", reason: "name_taken" });
	});

	it("detects another body for a known attempt by the claim, or by the CodeRun when the claim is gone", async () => {
		const { cluster, call } = stage();
		await call(a());
		expect(await call(a(), {}, "other")).toEqual({ kind: "replayed" });
		for (const [lease, { version }] of [...cluster.claims]) await cluster.deleteClaim(lease, version);
		expect(await call(a(), {}, "other")).toEqual({ kind: "replayed" });
		expect(cluster.claims.size).toBe(0);
	});

	it("makes the next attempt wait while a call of the previous one could still create", async () => {
		const { clock, call } = stage();
		await call(a(), { createCodeRun: async () => unavailable });
		expect(await call(a({ attempt: 2 }))).toMatchObject({
			result: "held",
			by: A,
			claim: "incident",
			until: "2026-11-22T00:00:40.000Z",
		});
		clock.advance(40_000);
		expect(await call(a({ attempt: 2 }))).toMatchObject({ result: "created" });
		expect(await call(a())).toMatchObject({ result: "refused", reason: "earlier_attempt" });
	});

	it("makes the next attempt wait for an overtaken call, although its CodeRun has finished", async () => {
		const { cluster, clock, call } = stage();
		await call(a(), { createCodeRun: async () => unavailable });
		clock.advance(10_000);
		await call(a());
		cluster.remove(nameOf(a()));
		expect(await call(a({ attempt: 2 }))).toMatchObject({ result: "held", until: "2026-11-22T00:00:40.000Z" });
	});

	it("makes the next attempt wait when a late answer says that there is no CodeRun", async () => {
		const { cluster, clock, call } = stage();
		await call(a(), { createCodeRun: async () => unavailable });
		const slow: Partial<Cluster> = {
			readCodeRun: async (name) => {
				const answer = await cluster.readCodeRun(name);
				clock.advance(40_000);
				return answer;
			},
		};
		expect(await call(a({ attempt: 2 }), slow)).toMatchObject({ result: "held", by: A });
		expect(await call(a({ attempt: 2 }))).toMatchObject({ result: "created" });
	});

	it("reports a CodeRun only once its claim records it: deleting it creates no second one", async () => {
		const { cluster, call } = stage();
		const deaf: Partial<Cluster> = { replaceClaim: async () => unavailable };
		expect(await call(a(), deaf)).toEqual(unavailable);
		expect(await call(a(), deaf)).toEqual(unavailable);
		expect(await call(a())).toMatchObject({ result: "exists" });
		cluster.remove(nameOf(a()));
		expect(await call(a())).toMatchObject({ result: "exists" });
		expect(cluster.unfinished()).toEqual([]);
	});

	it("reports no CodeRun while a later attempt holds the claim: the record that it restores has no mark", async () => {
		const { cluster, call } = stage();
		const own = leaseName("incident", A);
		const overtaken: Partial<Cluster> = {
			createCodeRun: async (coderun, withinMs) => {
				const stood = cluster.claims.get(own);
				if (stood !== undefined) await cluster.replaceClaim(own, { ...stood.record, attempt: 2 }, stood.version);
				return cluster.createCodeRun(coderun, withinMs);
			},
		};
		expect(await call(a(), overtaken)).toEqual({ kind: "unavailable", why: "attempt 2 has begun" });
	});

	it("renews claims older than 20 s before it creates, and stops at one that another call wrote to", async () => {
		const { cluster, clock, call } = stage();
		const slow: Partial<Cluster> = {
			listUnfinished: async (agent) => {
				clock.advance(20_001);
				return cluster.listUnfinished(agent);
			},
		};
		expect(await call(a(), slow)).toMatchObject({ result: "created" });
		expect(cluster.claims.get(BRANCH)?.record.taken_at).toBe(Date.UTC(2026, 10, 22, 0, 0, 20, 1));

		const robbed: Partial<Cluster> = {
			listUnfinished: async () => {
				clock.advance(20_001);
				const turn = cluster.claims.get(TURN);
				if (turn !== undefined) await cluster.replaceClaim(TURN, turn.record, turn.version);
				return { kind: "listed", names: [] };
			},
		};
		expect(await call(b({ claims: [] }), robbed)).toEqual({
			kind: "unavailable",
			why: "a claim was written to by another call",
		});
	});

	it("treats two rules with one key as one claim", async () => {
		const { cluster, call } = stage();
		const rule = { key: "k", ttl_s: 60, while_active: false };
		await call(
			a({
				claims: [
					{ name: "x", ...rule },
					{ ...rule, name: "y", ttl_s: 90, while_active: true },
				],
			}),
		);
		expect(cluster.claims.get(leaseName("key", "k"))?.record).toMatchObject({ ttl_s: 90, while_active: true });
		expect(cluster.claims.size).toBe(2);
	});
});
