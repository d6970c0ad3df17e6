import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { patchPipeline } from "../../cli/insights/patch-pipeline.ts";
import { insights } from "../../cli/insights.ts";
import type { Insights, Suggestion } from "../../worker/api/insights/shapes.ts";
import { blocksOf } from "../support/markdown.ts";
import { emptyFolder } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";
import { stubWorker } from "./stub-worker.ts";

const ENV = { HEALER_STATE_DIR: emptyFolder(), HEALER_ADMIN_TOKENS: "a-1" };
const GOOD = path.join(import.meta.dirname, "../cases/diagnostics/good");
const ROUTE = { name: "atlas-image", agent: "atlas", when: "workflow.name = 'Image'" };
const SUGGESTION: Suggestion = {
	...{ rule: "rust", agent: "rex", instead: "atlas", chosen: 2, fixed: 1, wrong: 1, by_person: 1 },
	...{ failure_type: "rust_build", incidents: ["0123456789abcdef0123456789abcdef"], route: ROUTE },
	text: "rule rust chose rex 2 times; a person gave 1 of them to atlas: put { name: atlas-image, agent: atlas, when: workflow.name = 'Image' } before it",
};

const PATCH = [
	"--- a/pipeline.yaml",
	"+++ b/pipeline.yaml",
	"@@ -60,6 +60,7 @@",
	"     category: general",
	"     fix: Find the root cause.",
	" route:",
	"+  - { name: atlas-image, agent: atlas, when: workflow.name = 'Image' }",
	"   - name: rust",
	"     agent: rex",
	"     when: $failure.category = 'rust'",
];

/** A pipeline of its own, so that the shipped one may change. */
function pipeline(): string {
	const folder = emptyFolder();
	cpSync(GOOD, folder, { recursive: true });
	return path.join(folder, "pipeline.yaml");
}

function exported(id: string, workflow: string, status: string) {
	const evidence = "error[E0382]: borrow of moved value";
	return {
		...{
			id,
			status,
			pipeline: "v",
			searched_by: null,
			agent: "rex",
			failure_type: "rust_build",
			rule: "rust",
			context: {},
		},
		incident: {
			...{ id, kind: "ci", event: "workflow_job", delivery_id: id, repository: "5dlabs/cto", evidence },
			workflow: { name: workflow },
		},
	};
}

async function worker(suggestions: readonly Suggestion[]) {
	const [block] = blocksOf("docs/insights.md").filter(({ language }) => language === "json");
	const answer: Insights = { ...JSON.parse(block?.text ?? ""), suggestions };
	const incidents = [
		...[exported("a1", "Image", "escalated"), exported("a2", "Image", "fixed"), exported("a3", "CI", "fixed")],
		{ ...exported("a4", "Image", "fixed"), context: null },
	];
	return await stubWorker((_query, asked) => ({
		body: asked.startsWith("/api/export") ? { incidents, searched: {}, next: null } : answer,
	}));
}

describe("insights --patch", () => {
	it("shows a suggestion as a patch, and what it would have decided about the stored incidents", async () => {
		const { url, asked, authorizations } = await worker([SUGGESTION]);
		const output = recordedOutput();
		const options = { url, since: "7d", patch: true, pipeline: pipeline(), limit: 1000 };
		expect(await insights(options, ENV, output)).toBe(0);
		expect(output.lines.map((line) => line.trimEnd())).toEqual([
			"# Rule rust chose rex 2 times; a person gave 1 of them to atlas: put { name: atlas-image, agent: atlas, when: workflow.name = 'Image' } before it.",
			...PATCH,
			"",
			"    where               old             new               old outcome",
			"a1  5dlabs/cto / Image  rex rust_build  atlas rust_build  escalated",
			"a2  5dlabs/cto / Image  rex rust_build  atlas rust_build  fixed",
			"",
			"3 replayed:",
			"       2 go to a different agent",
			"       1 are unchanged",
			"       1 skipped: their context was not stored",
			"",
			"old → new       old outcomes",
			"rex → atlas  2  1 escalated, 1 fixed",
			"",
		]);
		expect(asked).toEqual(["/api/insights?since=7d", "/api/export?limit=50&cursor="]);
		expect(new Set(authorizations)).toEqual(new Set(["Bearer a-1"]));
	});

	it("prints what git applies", async () => {
		const file = pipeline();
		const { url } = await worker([SUGGESTION]);
		const output = recordedOutput();
		await insights({ url, since: "7d", patch: true, pipeline: file }, ENV, output);
		const cwd = path.dirname(file);
		execFileSync("git", ["apply", "-"], { cwd, input: output.lines.map((line) => `${line}\n`).join("") });
		expect(readFileSync(file, "utf8")).toContain(
			"route:\n  - { name: atlas-image, agent: atlas, when: workflow.name = 'Image' }\n  - name: rust\n",
		);
	});

	it("prints the changed incidents as JSON", async () => {
		const { url } = await worker([SUGGESTION]);
		const output = recordedOutput();
		expect(await insights({ url, since: "7d", patch: true, pipeline: pipeline(), json: true }, ENV, output)).toBe(0);
		expect(JSON.parse(output.lines.join("\n"))).toMatchObject({
			patches: [
				{
					...{ rule: "rust", diff: PATCH.join("\n"), replayed: 3, not_kept: 1 },
					changed: [
						{ id: "a1", before: { agent: "rex" }, after: { agent: "atlas", rule: "atlas-image" } },
						{ id: "a2" },
					],
				},
			],
		});
	});

	it.each([
		[{ ...SUGGESTION, rule: "gone" }, "has no rule gone under route, and neither has a pack of it."],
		[{ ...SUGGESTION, route: null }, "Rule rust: nothing tells its wrong choices from its right ones."],
		[{ ...SUGGESTION, route: { ...ROUTE, agent: "nobody" } }, "There is no agent `nobody`"],
		[{ ...SUGGESTION, route: { ...ROUTE, name: "default" } }, "has a rule default already."],
	])("says why there is no patch: %#", async (suggestion, problem) => {
		const { url } = await worker([suggestion]);
		const output = recordedOutput();
		expect(await insights({ url, since: "7d", patch: true, pipeline: pipeline() }, ENV, output)).toBe(1);
		expect(output.problems.join("\n")).toContain(problem);
	});

	it("says so where no rule was corrected", async () => {
		const { url } = await worker([]);
		const output = recordedOutput();
		expect(await insights({ url, since: "7d", patch: true, pipeline: pipeline() }, ENV, output)).toBe(0);
		expect(output.lines).toEqual(["No rule was corrected: there is nothing to suggest."]);
	});
});

describe("patchPipeline", () => {
	it("inserts the rule above the comments on the old one", () => {
		const file = pipeline();
		writeFileSync(file, readFileSync(file, "utf8").replace("  - name: rust\n", "  # Rust.\n  - name: rust\n"));
		const patched = patchPipeline({ file, text: readFileSync(file, "utf8"), rules: ["rust"] }, "rust", ROUTE);
		expect(patched.ok && patched.value.text).toContain("'Image' }\n  # Rust.\n  - name: rust\n");
	});

	const ADDED = "  - { name: atlas-image, agent: atlas, when: workflow.name = 'Image' }";

	it("puts it before the file's own rules where a pack has the old one", () => {
		const text = "version: 1\nroute:\n  # Ours.\n  - { name: ours, agent: rex }\n";
		const patched = patchPipeline({ file: "pipeline.yaml", text, rules: ["ours", "rust"] }, "rust", ROUTE);
		expect(patched.ok && patched.value.text).toBe(
			`version: 1\nroute:\n${ADDED}\n  # Ours.\n  - { name: ours, agent: rex }\n`,
		);
	});

	it("gives the file a route where all rules are a pack's", () => {
		const folder = emptyFolder();
		const file = path.join(folder, "pipeline.yaml");
		writeFileSync(file, "version: 1\nextends: [./rules]\n");
		const text = readFileSync(file, "utf8");
		const patched = patchPipeline({ file, text, rules: ["rust"] }, "rust", ROUTE);
		expect(patched).toEqual({
			ok: true,
			value: {
				text: `version: 1\nextends: [./rules]\nroute:\n${ADDED}\n`,
				diff: `--- a/pipeline.yaml\n+++ b/pipeline.yaml\n@@ -1,2 +1,4 @@\n version: 1\n extends: [./rules]\n+route:\n+${ADDED}`,
			},
		});
		if (!patched.ok) return;
		execFileSync("git", ["apply"], { cwd: folder, input: `${patched.value.diff}\n` });
		expect(readFileSync(file, "utf8")).toBe(patched.value.text);
	});
});
