import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { limitedEnv, takeExceeded } from "./support/limited-env.ts";

/** What the tests' runtime refuses, as the platform does. Half of it is workerd's own doing. */
describe("the limits of the tests' runtime", () => {
	it("refuses statement 1,001 of an invocation, and counts those of a batch", async () => {
		const { JOURNAL } = limitedEnv(env);
		const one = JOURNAL.prepare("SELECT 1");
		for (let n = 0; n < 9; n++) await JOURNAL.batch(Array.from({ length: 100 }, () => one));
		for (let n = 0; n < 100; n++) await one.run();
		await expect(one.run()).rejects.toThrow("Too many API requests by single worker invocation.");
		expect(takeExceeded()).toHaveLength(1);
		// The next invocation has its own.
		expect(await limitedEnv(env).JOURNAL.prepare("SELECT 1 AS one").first("one")).toBe(1);
	});

	it("refuses subrequest 1,001 of an invocation", async () => {
		const { DEDUP } = limitedEnv(env);
		for (let n = 0; n < 1000; n++) await DEDUP.get("x");
		await expect(DEDUP.get("x")).rejects.toThrow("Too many subrequests");
		expect(takeExceeded()).toHaveLength(1);
	});

	it("refuses a row over 2 MB", async () => {
		const { JOURNAL } = limitedEnv(env);
		const insert = JOURNAL.prepare("INSERT INTO pipelines (version, artefact, pushed_at) VALUES (?1, ?2, 1)");
		await insert.bind("fits", "x".repeat(1_999_990)).run();
		expect(() => insert.bind("too large", "x".repeat(2_000_000))).toThrow("too big");
		expect(takeExceeded()).toHaveLength(1);
	});

	it("refuses more than 100 parameters, and a LIKE pattern over 50 bytes", async () => {
		const { JOURNAL } = limitedEnv(env);
		const places = Array.from({ length: 101 }, (_, n) => `?${n + 1}`);
		const many = JOURNAL.prepare(`SELECT 1 WHERE 1 IN (${places.join(", ")})`);
		await expect(many.bind(...places).run()).rejects.toThrow(/variable number must be between|too many SQL variables/);
		const like = JOURNAL.prepare("SELECT 'x' LIKE ?1");
		await like.bind("x".repeat(50)).run();
		await expect(like.bind("x".repeat(51)).run()).rejects.toThrow("LIKE or GLOB pattern too complex");
	});

	it("refuses a message over 128 KB and a life in KV under 60 s", async () => {
		const { WAKEUPS, DEDUP } = limitedEnv(env);
		await expect(WAKEUPS.send({ incident_id: "x".repeat(128_000) })).rejects.toThrow("Payload Too Large");
		await expect(DEDUP.put("x", "y", { expirationTtl: 59 })).rejects.toThrow("60");
		expect(takeExceeded()).toHaveLength(1);
	});
});
