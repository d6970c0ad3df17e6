import path from "node:path";
import { describe, expect, it } from "vitest";
import { show } from "../../cli/show.ts";
import { emptyFolder, write } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";

const POLICY = `version: 1
extends: [./a.yaml, ./b.yaml]
settings: { settle: 9s, vars: { own: 1 } }
filters:
  - { name: mine, keep: 'true' }
  - { name: first, keep: 'false' }
events:
  push: { when: 'true' }
disable: [second, play]
`;
const A = `settings:
  vars: { failed: [failure] }
filters:
  - name: first
    keep: a
  - name: second
    keep: b
events:
  push:
    kind: ci
  play:
    kind: play
`;
const B = `classify:
  - { type: x, fix: 'one' }
`;
const TOOLS = `tools:
  - tool: clippy
    failures: [{ type: rust_clippy }]
`;

function policy(b = B): string {
	const folder = emptyFolder();
	write(folder, "a.yaml", A);
	write(folder, "b.yaml", b);
	return write(folder, "pipeline.yaml", POLICY);
}

/** What is printed, with the folder cut off the paths. */
async function shown(file: string, options: { rule?: string; json?: boolean } = {}, code = 0): Promise<string> {
	const output = recordedOutput();
	expect(await show({ pipeline: file, ...options }, output)).toBe(code);
	return [...output.lines, ...output.problems].join("\n").replaceAll(`${path.dirname(file)}/`, "");
}

describe("show", () => {
	it("prints the merged policy, each entry with where it comes from", async () => {
		expect(await shown(policy())).toBe(`version: 1
settings:
  # from pipeline.yaml:3
  settle: 9s
  # from a.yaml:2, changed in pipeline.yaml:3
  vars:
    own: 1
    failed:
      - failure
events:
  # from a.yaml:9, changed in pipeline.yaml:8
  push:
    when: "true"
    kind: ci
filters:
  # from pipeline.yaml:5
  - name: mine
    keep: "true"
  # from pipeline.yaml:6, instead of a.yaml:4
  - name: first
    keep: "false"
classify:
  # from b.yaml:2
  - type: x
    fix: one`);
	});

	it("prints what has a name, and what took it out", async () => {
		expect(await shown(policy(), { rule: "first" })).toBe(`filters:
  # from pipeline.yaml:6, instead of a.yaml:4
  - name: first
    keep: "false"`);
		expect(await shown(policy(), { rule: "second" })).toBe(`filters:
  # from a.yaml:6, disabled in pipeline.yaml:9
  - name: second
    keep: b`);
		expect(await shown(policy(), { rule: "settings.settle" })).toBe(
			"settings:\n  # from pipeline.yaml:3\n  settle: 9s",
		);
	});

	it("finds a tool by its failure types", async () => {
		expect(await shown(policy(TOOLS), { rule: "rust_clippy" })).toContain("- tool: clippy");
	});

	it("prints JSON", async () => {
		expect(JSON.parse(await shown(policy(), { rule: "second", json: true }))).toEqual([
			{
				stage: "filters",
				name: "second",
				file: "a.yaml",
				line: 6,
				over: [],
				disabled: { file: "pipeline.yaml", line: 9 },
				value: { name: "second", keep: "b" },
			},
		]);
		const whole = JSON.parse(await shown(policy(), { json: true }));
		expect(whole.pipeline.settings).toEqual({ settle: "9s", vars: { own: 1, failed: ["failure"] } });
		expect(whole.entries).toContainEqual({
			stage: "filters",
			name: "first",
			file: "pipeline.yaml",
			line: 6,
			over: [{ file: "a.yaml", line: 4 }],
		});
	});

	it("says when nothing has the name, and when a file cannot be read", async () => {
		expect(await shown(policy(), { rule: "frist" }, 1)).toBe("Nothing is called `frist`. Did you mean `first`?");
		const broken = write(emptyFolder(), "pipeline.yaml", "extends: [./nowhere]\n");
		expect(await shown(broken, {}, 1)).toContain("pipeline.yaml:1:11  There is no file or folder `./nowhere`.");
		expect(await shown("/nowhere/pipeline.yaml", {}, 2)).toBe("Cannot read pipeline.yaml: no such file.");
	});
});
