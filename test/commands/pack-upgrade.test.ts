import { execFile } from "node:child_process";
import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { emptyFolder, write } from "../cli/pipeline-folder.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const POLICY = path.join(ROOT, "test/cases/own-policy");

/** The next version of Healer: a copy of this one, whose packs may be changed. */
function nextVersion(): string {
	const folder = emptyFolder();
	for (const part of ["cli", "packs", "page", "pipeline", "prompts", "relay", "wire", "worker", "package.json"]) {
		cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
	}
	symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
	return folder;
}

/** Replaces a text that is in the file exactly once. */
function edit(file: string, from: string, to: string): void {
	const parts = readFileSync(file, "utf8").split(from);
	if (parts.length !== 2) throw new Error(`${file} has this text ${parts.length - 1} times: ${from}`);
	writeFileSync(file, parts.join(to));
}

/** Moves the entry of a tool, as it stands, to a file of its own. */
function moveTool(packs: string, from: string, tool: string, to: string): void {
	const file = path.join(packs, from);
	const [entry] = new RegExp(`^  - tool: ${tool}\n(?: {4}.*\n|\n)+`, "m").exec(readFileSync(file, "utf8")) ?? [];
	if (entry === undefined) throw new Error(`${from} has no tool ${tool}`);
	edit(file, entry, "");
	write(packs, to, `tools:\n${entry}`);
}

async function healer(version: string, ...args: readonly string[]) {
	const { FORCE_COLOR: _, ...env } = process.env;
	const bin = path.join(version, "cli/bin.js");
	const ended = await promisify(execFile)(process.execPath, [bin, ...args], { env }).catch((error: unknown) => error);
	const { code = 0, stdout, stderr } = ended as { code?: number; stdout: string; stderr: string };
	return { code, said: `${stdout}${stderr}` };
}

describe("a policy of its own, when Healer's packs change", () => {
	let version: string;
	let policy: string;

	beforeAll(() => {
		version = nextVersion();
		const packs = path.join(version, "packs");
		const tools = path.join(packs, "tools");
		policy = path.join(emptyFolder(), "policy");
		cpSync(POLICY, policy, { recursive: true });

		// A new tool, in a field that the policy gave away.
		write(
			tools,
			"samples/go/gotrap.log",
			"##[group]Run gotrap ./...\ngotrap ./...\n##[endgroup]\ngotrap: 2 traps\n##[error]Process completed with exit code 1.\n",
		);
		write(
			tools,
			"gotrap.yaml",
			`tools:
  - tool: gotrap
    field: go
    programs: [gotrap]
    failures:
      - type: go_traps
        prints: ['/^gotrap: \\d+ traps/']
        fix: Remove the traps.
        samples: [samples/go/gotrap.log]
`,
		);
		// A sample of another name, and another approach.
		renameSync(path.join(tools, "samples/go/test.log"), path.join(tools, "samples/go/test-failing.log"));
		edit(path.join(tools, "go.yaml"), "samples/go/test.log", "samples/go/test-failing.log");
		edit(
			path.join(tools, "go.yaml"),
			"fix: Run the failing test by its name with -run, find",
			"fix: Bisect the failing test, then find",
		);
		// Entries that moved to other files, and a pack's file of another name.
		moveTool(tools, "go.yaml", "staticcheck", "go-more.yaml");
		renameSync(path.join(tools, "dart.yaml"), path.join(tools, "mobile.yaml"));
		renameSync(path.join(packs, "github/lifecycle.yaml"), path.join(packs, "github/results.yaml"));
		// Rules that came and went, and a new source of context.
		edit(
			path.join(packs, "github/filters.yaml"),
			"  - name: forks\n",
			"  - name: no-drafts\n    keep: $not($glob(branch, 'draft/**'))\n  - name: forks\n",
		);
		edit(
			path.join(packs, "github/filters.yaml"),
			"  - name: skip-markers\n    keep: $not($mentions(commit_message, $settings.skip_markers))\n",
			"",
		);
		rmSync(path.join(tools, "elixir.yaml"));
		writeFileSync(
			path.join(policy, "cases/upgraded.yaml"),
			`- name: a tool that the upgrade brings goes to the one who takes its field
  incident: { repository: acme/web, branch: topic }
  log: "gotrap: 2 traps"
  expect: { agent: gopher, rule: owner, failure_type: go_traps }
- name: a failure type that was known has the new approach
  incident: { repository: acme/web, branch: topic }
  log: "--- FAIL: TestCart (0.00s)"
  expect: { agent: gopher, prompt: ["Bisect the failing test, then find out"] }
- name: a filter that the upgrade brings is asked
  incident: { repository: acme/web, branch: draft/x }
  expect: { filter: no-drafts }
`,
		);
	});

	it("passes check and its cases without an edit", async () => {
		const pipeline = path.join(policy, "pipeline.yaml");
		expect(readFileSync(pipeline, "utf8")).toBe(readFileSync(path.join(POLICY, "pipeline.yaml"), "utf8"));
		const [checked, tested] = await Promise.all([
			healer(version, "check", pipeline, "--strict"),
			healer(version, "test", "--pipeline", pipeline),
		]);
		expect(checked).toEqual({
			code: 0,
			said: expect.stringMatching(/^\S+pipeline\.yaml is valid: version [0-9a-f]{12}\.\n$/),
		});
		expect(tested.said).toMatch(/^15 of 15 cases passed\.$/m);
		expect(tested.code).toBe(0);
	});

	it("says what to do where one is gone that it switches off", async () => {
		edit(path.join(version, "packs/tools/github.yaml"), "- tool: commitlint\n", "- tool: commit-rules\n");
		const { code, said } = await healer(version, "check", path.join(policy, "pipeline.yaml"));
		expect(code).toBe(1);
		expect(said).toMatch(
			/pipeline\.yaml:29:18 {2}Nothing is called `commitlint`\. `healer show` lists what there is\. If a pack no longer has it, remove it here\.$/m,
		);
		expect(said).toContain("1 error.");
	});
});
