import { describe, expect, it } from "vitest";
import { type CheckResult, whoseFailure } from "../../../pipeline/index.ts";
import { seededChance } from "../../support/seeded-chance.ts";
import { generateHistory } from "./generated-history.ts";

const result = (branch: string, sha: string, fingerprint: string | null, began_at: number): CheckResult => ({
	branch,
	check: "test",
	sha,
	is_green: fingerprint === "",
	fingerprint: fingerprint === "" ? null : fingerprint,
	began_at,
});

describe("whoseFailure", () => {
	it("finds the base branch's break and who made it", () => {
		const red = result("feature", "f1", "k", 40);
		const results = [result("main", "m3", "k", 30), result("main", "m2", "k", 20), result("main", "m1", "", 10), red];
		const commits = new Map([["m2", { parents: ["m1"], author: "ada" }]]);
		expect(whoseFailure({ red, base: "main", results, commits })).toEqual({
			verdict: "base_branch",
			suspect: { sha: "m2", author: "ada" },
			why: "main fails for the same cause",
		});
	});

	it("does not take an unknown base as green", () => {
		const red = result("feature", "f1", "k", 40);
		const asked = { red, base: "main", commits: new Map() };
		expect(whoseFailure({ ...asked, results: [result("feature", "f0", "", 5), red] }).verdict).toBe("unknown");
		expect(whoseFailure({ ...asked, results: [result("main", "m1", null, 10), red] }).verdict).toBe("unknown");
		expect(whoseFailure({ ...asked, results: [result("main", "m1", "", 10), red] }).verdict).toBe("yours");
	});

	it("calls a check flaky that passed and failed on one commit", () => {
		const red = result("feature", "f1", "k", 40);
		const results = [result("main", "m1", "", 10), result("feature", "f1", "", 50), red];
		expect(whoseFailure({ red, base: "main", results, commits: new Map() }).verdict).toBe("flaky");
	});

	it("blames nobody on the base for a known flake that is seen there once", () => {
		const red = result("feature", "f1", "k", 40);
		const asked = { red, base: "main", isKnownFlake: true, commits: new Map() };
		const green = result("main", "m1", "", 10);
		const once = [green, result("main", "m2", "k", 20), red];
		const flaky = { verdict: "flaky", why: "the same failure passed lately when it was run again" };
		expect(whoseFailure({ ...asked, results: once })).toEqual(flaky);
		expect(whoseFailure({ ...asked, results: [green, red] })).toEqual(flaky);
		const twice = [...once, result("main", "m3", "k", 30)];
		expect(whoseFailure({ ...asked, results: twice })).toMatchObject({
			verdict: "base_branch",
			suspect: { sha: "m2" },
		});
	});

	it("says nothing of a base that nobody names, but what one commit shows", () => {
		const red = result("feature", "f1", "k", 40);
		const asked = { red, commits: new Map() };
		const results = [result("main", "m1", "", 10), red];
		expect(whoseFailure({ ...asked, results })).toEqual({ verdict: "unknown", why: "nobody names its base branch" });
		expect(whoseFailure({ ...asked, results: [...results, result("feature", "f1", "", 50)] }).verdict).toBe("flaky");
	});

	it("does not take a commit whose parents nobody named for the first one", () => {
		const red = result("feature", "f1", "k", 40);
		const results = [result("main", "m1", "k", 10), result("main", "m2", "", 20), red];
		const asked = { red, base: "main", results };
		expect(whoseFailure({ ...asked, commits: new Map([["f1", { author: "ada" }]]) }).verdict).toBe("unknown");
		expect(whoseFailure({ ...asked, commits: new Map([["f1", { parents: ["m2"] }]]) }).verdict).toBe("yours");
	});

	it("blames no commit for the network", () => {
		const red = result("feature", "f1", "k", 40);
		const asked = { red, base: "main", category: "network", results: [red], commits: new Map() };
		expect(whoseFailure(asked).verdict).toBe("infrastructure");
	});

	it("is right in 95 % of 1,000 generated histories, and names the suspect in 90 %", () => {
		const chance = seededChance();
		const histories = Array.from({ length: 1000 }, (_, number) => generateHistory(chance, number));
		const judged = histories.map((one) => ({ ...one, found: whoseFailure(one.asked) }));
		const wrong = judged.filter(({ found, truth }) => found.verdict !== truth.verdict);
		const suspected = judged.filter(({ truth }) => truth.suspects.some((sha) => sha !== ""));
		const named = suspected.filter(({ found, truth }) => truth.suspects[0] === found.suspect?.sha);
		const has = new Set(histories.flatMap((one) => one.has));
		expect([...has].sort()).toEqual(["force-push", "merge", "parents unknown", "queue", "revert"]);
		expect(wrong.length).toBeLessThanOrEqual(50);
		expect(named.length / suspected.length).toBeGreaterThanOrEqual(0.9);
	});
});
