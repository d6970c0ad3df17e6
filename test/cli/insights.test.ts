import { describe, expect, it } from "vitest";
import { insights } from "../../cli/insights.ts";
import type { Insights } from "../../worker/api/insights/shapes.ts";
import { blocksOf } from "../support/markdown.ts";
import { emptyFolder } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";
import { stubWorker } from "./stub-worker.ts";

const ENV = { HEALER_STATE_DIR: emptyFolder() };

/** The answer in the documentation. */
function example(): Insights {
	const [block] = blocksOf("docs/insights.md").filter(({ language }) => language === "json");
	return JSON.parse(block?.text ?? "");
}

describe("insights", () => {
	it("shows the targets, a table for each dimension with rows, and suggestions for rules", async () => {
		const { url, asked } = await stubWorker(() => ({ body: example() }));
		const output = recordedOutput();
		expect(await insights({ url, since: "30d", repository: "acme/shop" }, ENV, output)).toBe(0);
		expect(asked).toEqual(["/api/insights?since=30d&repository=acme%2Fshop"]);
		expect(output.lines).toEqual([
			"Since 2026-11-15T12:00:00.000Z: 50 incidents, 63 attempts",
			"",
			"  ✗ right agent first        83 %   (over 90 %)      26 of 31 fixes",
			"  ✗ duplicates prevented     96 %   (100 %)          24 of 25 duplicates",
			"  ✓ time to fix, p50       8m 20s   (under 15m 0s)   20 of 30 fixes in time",
			"  ✓ fixed                    81 %   (over 70 %)      31 of 38 remediations",
			"",
			"agent  incidents  attempts  ended  fixed          p50      p90  duplicates  routed wrong  flaky  agent time  per fix",
			"rex           20        22     14      8  57 %  5m 0s  31m 40s          15       4 of 12      2       3h 3m  22m 55s",
			"",
			"Rule rust-workflow chose rex 14 times; of the 12 that were fixed, bolt fixed 4 after it: put { name: bolt-docker-build, agent: bolt, when: $failure.type = 'docker_build' } before it.",
			"  such as 0123456789abcdef0123456789abcdef",
		]);
	});

	it("marks figures without data, and strips terminal control characters", async () => {
		const { targets, total, ...rest } = example();
		const nothing = { ...rest, by: { ...rest.by, agent: [] }, suggestions: [], repository: "a/\u001b[31mb" };
		const unjudged = targets.map((target) => ({ ...target, actual: null, met: null, count: 0, of: 0 }));
		const { url } = await stubWorker(() => ({ body: { ...nothing, total, targets: unjudged } }));
		const output = recordedOutput();
		expect(await insights({ url, since: "7d" }, ENV, output)).toBe(0);
		expect(output.lines[0]).toBe("Since 2026-11-15T12:00:00.000Z of a/�[31mb: 50 incidents, 63 attempts");
		expect(output.lines.slice(2)).toEqual([
			"  - right agent first           -   (over 90 %)      no data",
			"  - duplicates prevented        -   (100 %)          no data",
			"  - time to fix, p50            -   (under 15m 0s)   no data",
			"  - fixed                       -   (over 70 %)      no data",
		]);
	});

	it("prints the answer unchanged as JSON", async () => {
		const { url } = await stubWorker(() => ({ body: example() }));
		const output = recordedOutput();
		expect(await insights({ url, since: "7d", json: true }, ENV, output)).toBe(0);
		expect(JSON.parse(output.lines.join("\n"))).toEqual(example());
	});

	it.each([
		[400, { error: "since is a length of time" }, 2, "since is a length of time."],
		[404, { error: "not found" }, 1, "has no insights (404)"],
		[401, { error: "unauthorized" }, 1, "requires a token"],
	])("reports the problem when the worker answers %i", async (status, body, code, problem) => {
		const { url } = await stubWorker(() => ({ status, body }));
		const output = recordedOutput();
		expect(await insights({ url, since: "x" }, ENV, output)).toBe(code);
		expect(output.problems.join("\n")).toContain(problem);
	});

	it("reports a rejected token", async () => {
		const { url } = await stubWorker(() => ({ status: 401, body: { error: "unauthorized" } }));
		const output = recordedOutput();
		expect(await insights({ url, since: "7d" }, { ...ENV, HEALER_API_TOKEN: "old" }, output)).toBe(1);
		expect(output.problems.join("\n")).toContain("rejects the token");
	});
});
