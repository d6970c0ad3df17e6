import { setImmediate as moment } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { agentTurns } from "../../relay/claims/agent-turns.ts";
import type { Cluster } from "../../relay/cluster/cluster.ts";
import { leaseName } from "../../relay/cluster/lease-name.ts";
import { spawn } from "../../relay/spawn/spawn.ts";
import { interleavedCluster } from "../support/interleaved-cluster.ts";
import { memoryCluster } from "../support/memory-cluster.ts";
import { spawnRequest } from "../support/spawn-request.ts";
import { virtualClock } from "../support/virtual-clock.ts";

/** Turns whose waiting times end when the test says so. */
function stage() {
	const timeouts: (() => void)[] = [];
	const turns = agentTurns({ sleep: () => new Promise((resolve) => timeouts.push(resolve)) });
	return { turns, timeouts };
}

describe("agentTurns", () => {
	it("gives one turn at a time, in the order of asking, for each agent by itself", async () => {
		const { turns } = stage();
		const events: string[] = [];
		const take = async (name: string) => {
			const endTurn = await turns.take(name.slice(0, 3), 5_000);
			events.push(name);
			return () => endTurn?.();
		};
		const first = await take("rex 1");
		const rest = [take("rex 2"), take("rex 3"), take("bob 1")];
		await moment();
		expect(events).toEqual(["rex 1", "bob 1"]);
		first();
		(await rest[0])?.();
		(await rest[1])?.();
		expect(events).toEqual(["rex 1", "bob 1", "rex 2", "rex 3"]);
		expect(await turns.take("rex", 5_000)).toBeTypeOf("function");
	});

	it("passes over who waited too long, and loses no turn", async () => {
		const { turns, timeouts } = stage();
		const endFirst = await turns.take("rex", 5_000);
		const [second, third] = [turns.take("rex", 5_000), turns.take("rex", 5_000)];
		timeouts[0]?.();
		expect(await second).toBeUndefined();
		// The third's time is over when its turn has come already.
		endFirst?.();
		timeouts[1]?.();
		const endThird = await third;
		expect(endThird).toBeTypeOf("function");
		endThird?.();
		expect(await turns.take("rex", 5_000)).toBeTypeOf("function");
	});
});

describe("spawn", () => {
	/** Twenty incidents of one agent at once; what they became, and how often the agent's claim was asked for. */
	async function twenty(turns: { readonly turns?: ReturnType<typeof agentTurns> }, over: Partial<Cluster> = {}) {
		const clock = virtualClock();
		const memory = { ...memoryCluster(), ...over };
		let asked = 0;
		const counted: Cluster = {
			...memory,
			createClaim: (lease, record) => {
				if (lease === leaseName("agent", "rex")) asked++;
				return memory.createClaim(lease, record);
			},
		};
		const cluster = interleavedCluster(counted, clock, () => moment());
		const results = await Promise.all(
			Array.from({ length: 20 }, async (_, at) => {
				const incident_id = String(at).padStart(32, "0");
				const claims = [{ name: "branch", key: `branch ${at}`, ttl_s: 600, while_active: true }];
				const request = spawnRequest({ incident_id, claims });
				const answer = await spawn({ request, digest: "d", cluster, clock, enforceMaxActive: true, ...turns });
				return answer.kind === "result" ? answer.result.result : answer.kind;
			}),
		);
		return { results: results.sort(), asked };
	}

	it("asks once for the agent's claim, in its turn", async () => {
		const { results, asked } = await twenty(stage());
		expect(results).toEqual([...Array.from({ length: 19 }, () => "busy"), "created"]);
		expect(asked).toBe(20);
	});

	it("ends its turn also when the cluster fails or throws", async () => {
		const { turns } = stage();
		const failed = await twenty({ turns }, { listUnfinished: async () => ({ kind: "unavailable", why: "down" }) });
		expect(failed.results).toEqual(Array.from({ length: 20 }, () => "unavailable"));
		const throwing = twenty({ turns }, { listUnfinished: () => Promise.reject(new Error("a bug")) });
		await expect(throwing).rejects.toThrow("a bug");
		await moment();
		expect((await turns.take("rex", 5_000)) === undefined).toBe(false);
	});
});
