import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { localEnv } from "../../../worker/local/local-env.ts";
import { memoryKeys } from "../../../worker/local/memory-keys.ts";
import { recordedWakeups } from "../support/recorded-wakeups.ts";

describe("the keys of a local hub", () => {
	it("are there until their time is over, or they are deleted", async () => {
		let now = 1_000_000;
		const keys = memoryKeys(() => now);
		await keys.put("a", '{"one":1}', { expirationTtl: 60 });
		await keys.put("b", "text");
		now += 59_999;
		expect(await keys.get("a", "json")).toEqual({ one: 1 });
		expect(await keys.get("a")).toBe('{"one":1}');
		now += 1;
		expect(await keys.get("a", "json")).toBeNull();
		expect(await keys.get("b", { cacheTtl: 60 })).toBe("text");
		await keys.delete("b");
		expect(await keys.get("b")).toBeNull();
	});

	it("are the newest 100,000 at most", async () => {
		const keys = memoryKeys(() => 0);
		for (let n = 0; n < 100_001; n++) await keys.put(String(n), "x");
		expect([await keys.get("0"), await keys.get("1"), await keys.get("100000")]).toEqual([null, "x", "x"]);
	});
});

describe("the wake-ups of a local hub", () => {
	const { WAKEUPS } = localEnv(env);

	it("reach the worker in batches of four, each of them once", async () => {
		const { batches } = recordedWakeups();
		await WAKEUPS.sendBatch([1, 2, 3, 4, 5].map((n) => ({ body: { incident_id: `i-${n}` } })));
		await expect.poll(() => batches).toEqual([["i-1", "i-2", "i-3", "i-4"], ["i-5"]]);
	});

	it("arrive after their delay", async () => {
		const { batches } = recordedWakeups();
		await WAKEUPS.send({ incident_id: "later" }, { delaySeconds: 1 });
		await WAKEUPS.send({ incident_id: "now" });
		await expect.poll(() => batches, { timeout: 10_000 }).toEqual([["now"], ["later"]]);
	});

	it("do not wait for a batch that hangs", async () => {
		const consumer = recordedWakeups();
		const { promise, resolve } = Promise.withResolvers<void>();
		consumer.held = promise;
		await WAKEUPS.send({ incident_id: "hangs" });
		await expect.poll(() => consumer.batches).toEqual([["hangs"]]);
		await WAKEUPS.send({ incident_id: "goes on" });
		await expect.poll(() => consumer.batches).toEqual([["hangs"], ["goes on"]]);
		resolve();
	});
});
