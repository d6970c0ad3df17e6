import path from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { route } from "../../cli/route.ts";
import { smallPolicy } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";

const PIPELINE = path.join(import.meta.dirname, "../../pipeline.yaml");

async function routed(lines: readonly string[], options: { json?: boolean; pipeline?: string } = { json: true }) {
	const output = recordedOutput();
	const code = await route(Readable.from(lines.map((line) => `${line}\n`)), { pipeline: PIPELINE, ...options }, output);
	return { code, output };
}

describe("route", () => {
	it("prints one line of JSON per case, in order", async () => {
		const { code, output } = await routed([
			JSON.stringify({
				id: "c1",
				workflow_name: "Controller CI",
				log: "error: this loop could be written as a `for` loop\n = note: `-D clippy::while-let-on-iterator`\n",
			}),
			JSON.stringify({ id: 2, workflow_path: ".github/workflows/frontend-ci.yaml" }),
		]);
		expect(code).toBe(0);
		expect(output.lines.map((line) => JSON.parse(line))).toEqual([
			{
				...{ id: "c1", agent: "rex", failure_type: "rust_clippy", rule: expect.any(String) },
				fingerprint: {
					key: "12dad3a652c29f2d14de219ff7a69fa5",
					text: "rust_clippy: error: this loop could be written as a `for` loop",
				},
			},
			{ id: 2, agent: "blaze", failure_type: expect.any(String), rule: expect.any(String), fingerprint: null },
		]);
	});

	it("accepts cases whose fields are null, absent or unknown", async () => {
		const nothing = {
			id: null,
			workflow_name: null,
			workflow_path: null,
			job_name: null,
			failed_steps: null,
			changed_files: null,
			log: null,
			event: null,
			alert: null,
			why: "x",
			hard: true,
		};
		const { code, output } = await routed([
			JSON.stringify(nothing),
			"{}",
			'{"id":"x","log":"","changed_files":[],"failed_steps":[]}',
		]);
		expect(code).toBe(0);
		expect(output.lines.map((line) => JSON.parse(line).agent)).toEqual(["atlas", "atlas", "atlas"]);
		expect(output.lines.map((line) => JSON.parse(line).id)).toEqual([null, null, "x"]);
	});

	it.each([
		["dependabot_alert", undefined],
		["secret_scanning_alert", { type: "secret_scanning" }],
		[undefined, { severity: "high", package_name: "openssl", cve_id: "CVE-2026-1", number: 3, description: "x" }],
	])("sends the event %s with the alert %j to cipher", async (event, alert) => {
		const { output } = await routed([JSON.stringify({ id: 1, event, alert })]);
		expect(JSON.parse(String(output.lines[0])).agent).toBe("cipher");
	});

	it("names invalid lines by number, routes the others, and ends with 1", async () => {
		const { code, output } = await routed(['{"id":1}', "", "nonsense", '{"id":3,"log":7}', "[]", '{"id":4}']);
		expect(code).toBe(1);
		expect(output.lines.map((line) => JSON.parse(line).id)).toEqual([1, 4]);
		expect(output.problems.map((problem) => problem.split(":")[0])).toEqual(["line 3", "line 4", "line 5"]);
	});

	it("ends with 2 and the errors when the pipeline is invalid", async () => {
		const pipeline = smallPolicy((text) => `${text}\nnonsense: true\n`);
		const { code, output } = await routed(["{}"], { pipeline });
		expect(code).toBe(2);
		expect(output.problems.join("\n")).toContain("nonsense");
	});

	it("prints columns without --json", async () => {
		const { output } = await routed(['{"id":"c1","workflow_name":"Controller CI"}'], {});
		expect(output.lines[0]).toMatch(/^c1\trex\t\S+\t\S+$/);
	});
});
