import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { test } from "../../cli/test.ts";
import { emptyFolder, write } from "../cli/pipeline-folder.ts";
import { recordedOutput } from "../cli/recorded-output.ts";

const POLICY = path.join(import.meta.dirname, "../cases/own-policy");

it("a policy of its own on the shipped packs passes its cases", async () => {
	const output = recordedOutput();
	await test([], { pipeline: path.join(POLICY, "pipeline.yaml") }, output);
	expect([...output.lines, ...output.problems].filter((line) => line.includes("✗") || line.startsWith("    "))).toEqual(
		[],
	);
	expect(output.lines.at(-1)).toBe("12 of 12 cases passed.");
});

describe("one tool more, in one entry with a sample", () => {
	const DOCS = readFileSync(path.join(import.meta.dirname, "../../docs/tools.md"), "utf8");
	const ENTRY = /```yaml\ntools:\n( {2}- tool: schemadrift\n[^`]*)```/.exec(DOCS)?.[1] ?? "";
	const SAMPLE = `##[group]Run schemadrift ./db
schemadrift ./db
shell: /usr/bin/bash -e {0}
##[endgroup]
carts: column total is integer, and bigint in the schema
schemadrift: 1 table differs
##[error]Process completed with exit code 1.
`;

	/** Runs the cases of the policy with this entry more. */
	async function tested(entry: string) {
		const folder = path.join(emptyFolder(), "policy");
		cpSync(POLICY, folder, { recursive: true });
		write(folder, "our-tools.yaml", readFileSync(path.join(POLICY, "our-tools.yaml"), "utf8") + entry);
		write(folder, "samples/schemadrift.log", SAMPLE);
		const output = recordedOutput();
		const code = await test([], { pipeline: path.join(folder, "pipeline.yaml") }, output);
		return { code, said: [...output.lines, ...output.problems].join("\n") };
	}

	it("has fewer than 15 lines, and passes", async () => {
		expect(ENTRY.trimEnd().split("\n")).toHaveLength(8);
		const { code, said } = await tested(ENTRY);
		expect(said).toContain("13 of 13 cases passed.");
		expect(code).toBe(0);
	});

	it("fails where the sample gives another failure type", async () => {
		const broken = ENTRY.replace("programs: [schemadrift]", "programs: [drift]").replace(
			"tables? differs?",
			"tables of",
		);
		const { code, said } = await tested(broken);
		expect(code).toBe(1);
		expect(said).toMatch(/✗ schemadrift, as it fails {2}\S+samples\/schemadrift\.log\n {4}failure_type: \S+/);
		expect(said).toContain("12 of 13 cases passed.");
	});

	it("is refused where its sample is missing", async () => {
		const { code, said } = await tested(ENTRY.replace("samples/schemadrift.log", "samples/drift.log"));
		expect(code).toBe(2);
		expect(said).toContain("The tool schemadrift has a sample that is in none of its packs: samples/drift.log.");
	});
});
