import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { loadGoodPipeline } from "../../cli/build-pipeline.ts";
import { check } from "../../cli/check.ts";
import { pipelineSources } from "../../cli/pipeline-files.ts";
import { test } from "../../cli/test.ts";
import { emptyFolder, write } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";

const ROOT = path.join(import.meta.dirname, "../..");

/** A short policy of its own on Healer's packs. */
const OWN = `version: 1
extends: [healer/github, ./rules]
settings: { repositories: [acme/*], reviewers: [] }
agents:
  ferris: { github_app: Acme-Ferris, cli: claude, model: claude-opus-4-5, prompt: prompts/rust-fix }
  gopher: { github_app: Acme-Gopher, cli: codex, model: gpt-5, prompt: prompts/go-fix }
route:
  - { name: go, agent: gopher, when: $failure.category = 'go' }
  - { name: default, agent: ferris }
`;

const RULES = `classify:
  - type: go_test
    category: go
    when: $log('--- FAIL:')
    fix: Run the test.
  - type: general
    category: general
    fix: Find the cause.
`;

/** A folder with a policy and a pack of its own. Returns the policy's path. */
function policy(text = OWN, rules = RULES): string {
	const folder = emptyFolder();
	write(folder, "rules/classify.yaml", rules);
	write(folder, "prompts/go-fix.mustache", "Go. {{> _failure}}");
	return write(folder, "pipeline.yaml", text);
}

async function problemsOf(file: string): Promise<string> {
	const output = recordedOutput();
	expect(await check(file, {}, output)).toBe(1);
	return output.problems.join("\n");
}

describe("a policy on Healer's packs", () => {
	it("builds with the packs' stages and the prompts that its agents need", async () => {
		const built = await loadGoodPipeline(policy());
		if (!built.ok) throw new Error(built.problem);
		const { events, filters, prompts, classify, spawn } = built.value;
		expect(events.map(({ name }) => name)).toContain("workflow_job");
		expect(filters.map(({ name }) => name)).toContain("already-broken");
		expect(classify.map(({ type }) => type)).toEqual(["go_test", "general"]);
		expect(spawn.namespace).toBe("cto");
		const templates = Object.keys(prompts).filter((name) => !name.startsWith("_"));
		expect(templates.toSorted()).toEqual(["go-fix", "rust-fix"]);
	});

	it("takes its own prompt instead of Healer's of the same name", async () => {
		const file = policy();
		write(path.dirname(file), "prompts/_failure.mustache", "Ours.");
		const built = await loadGoodPipeline(file);
		expect(built.ok && built.value.prompts._failure).toBe("Ours.");
		expect(built.ok && built.value.prompts["rust-fix"]).toContain("Rust");
	});

	it("takes a pack's own prompts", async () => {
		const file = policy(OWN.replace("prompts/go-fix", "prompts/pack-fix"));
		write(path.dirname(file), "rules/prompts/pack-fix.mustache", "A pack's.");
		expect(await problemsOf(file)).toContain("prompts/go-fix.mustache:1:1  No agent uses this prompt");
		rmSync(path.join(path.dirname(file), "prompts"), { recursive: true });
		const built = await loadGoodPipeline(file);
		expect(built.ok && built.value.prompts["pack-fix"]).toBe("A pack's.");
	});

	it("names the file, line and text of an error in its own pack", async () => {
		const file = policy(OWN, RULES.replace("$log(", "$lock("));
		const rendered = await problemsOf(file);
		expect(rendered).toContain(`${path.join(path.dirname(file), "rules/classify.yaml")}:4:11  There is no function`);
		expect(rendered).toContain("  4 |     when: $lock('--- FAIL:')\n");
	});

	it("names the file and line of an error in one of Healer's packs", async () => {
		const file = policy(`${OWN}events:\n  workflow_job: { identity: workflow_job.idd }\ndisable: [run_gren]\n`);
		const rendered = await problemsOf(file);
		expect(rendered).toContain(`${file}:11:42  \`workflow_job\` has no field \`idd\``);
		expect(rendered).toContain(`${file}:12:11  Nothing is called \`run_gren\`. Did you mean \`run_green\`?`);
		const missing = policy(OWN.replace("healer/github", "healer/github, healer/cluster"));
		expect(await problemsOf(missing)).toContain(
			`${path.join("packs", "cluster", "context.yaml")}:49:101  \`settings.vars\` has no \`application\`. Add it there.`,
		);
	});

	it.each([
		["healer/gihub", "Healer has no pack `healer/gihub`. Did you mean `healer/github`?"],
		["github", "Did you mean `healer/github`?"],
		["rules.yaml", "Did you mean `./rules.yaml`?"],
		["./nowhere", "There is no file or folder `./nowhere`. Paths are relative to this file."],
		["./empty", "The folder `./empty` holds no *.yaml. Its sub-folders are not read."],
		["./pipeline.yaml", "a file cannot extend itself"],
		[".", "a file cannot extend itself"],
		["../healer-policy/.", "There is no file or folder"],
	])("refuses to extend %s", async (name, says) => {
		const file = policy(OWN.replace("./rules", `./rules, ${name}`));
		mkdirSync(path.join(path.dirname(file), "empty"));
		expect(await problemsOf(file)).toContain(says);
	});

	it("warns about tools of two files that nothing tells apart, and names both", async () => {
		const file = policy();
		const folder = path.dirname(file);
		const tool = (name: string) =>
			`fields: { go: { title: Go, words: [go], fix: Read it. } }
tools:
  - { tool: ${name}, field: go, programs: [${name}], failures: [{ type: go_${name}, prints: ["FOUND:"], fix: Mend it. }] }
`;
		write(folder, "rules/a.yaml", tool("one"));
		write(folder, "rules/b.yaml", tool("other"));
		const output = recordedOutput();
		expect(await check(file, {}, output)).toBe(0);
		const rendered = output.problems.join("\n");
		expect(rendered).toContain(
			`${path.join(folder, "rules/a.yaml")}:3:82  warning: \`other\` has the same pattern: nothing tells the two apart.`,
		);
		expect(rendered).toContain(`  the other: ${path.join(folder, "rules/b.yaml")}:3\n`);
	});

	it("counts every file as its source, also one that is missing", async () => {
		const file = policy(OWN.replace("./rules", "./rules, ./later.yaml"));
		const folder = path.dirname(file);
		const sources = await pipelineSources(file);
		for (const name of ["pipeline.yaml", "rules/classify.yaml", "prompts/go-fix.mustache", "later.yaml"]) {
			expect(sources).toContain(path.join(folder, name));
		}
		expect(sources).toContain(path.join(ROOT, "packs/github/events.yaml"));
		expect(sources).toContain(path.join(ROOT, "prompts/rust-fix.mustache"));
	});

	it("runs its own cases and those of its packs", async () => {
		const file = policy();
		const folder = path.dirname(file);
		write(folder, "rules/cases/go.yaml", "- { name: a, log: '--- FAIL: x', expect: { failure_type: go_test } }\n");
		write(folder, "cases/own.yaml", "- { name: b, expect: { agent: ferris } }\n");
		const output = recordedOutput();
		expect(await test([], { pipeline: file, json: true }, output)).toBe(0);
		const { results } = JSON.parse(output.lines.join("\n")) as { results: { file: string }[] };
		expect(results.map((result) => result.file)).toEqual(
			expect.arrayContaining([path.join(folder, "cases/own.yaml"), path.join(folder, "rules/cases/go.yaml")]),
		);
	});
});
