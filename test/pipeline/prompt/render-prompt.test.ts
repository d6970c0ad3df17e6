import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePrompts } from "../../../pipeline/prompt/compile-prompts.ts";
import type { PromptView } from "../../../pipeline/prompt/prompt-variables.ts";
import { PROMPT_VARIABLES } from "../../../pipeline/prompt/prompt-variables.ts";
import { MAX_PROMPT_BYTES, renderPrompt } from "../../../pipeline/prompt/render-prompt.ts";
import { anyText } from "../../support/any-text.ts";
import { runs } from "../../support/tiers/at-size.ts";

function render(text: string, view: PromptView, partials: Record<string, string> = {}, max?: number): string {
	return renderPrompt(compilePrompts({ main: text, ...partials }), "main", view, max);
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

describe("renderPrompt", () => {
	it("inserts values verbatim, without HTML escapes, and nothing for absent ones", () => {
		expect(render("{{branch}}|{{{branch}}}|{{commit_sha}}|", { branch: `<a & "b">'\`` })).toBe(
			`<a & "b">'\`|<a & "b">'\`||`,
		);
	});

	it("never parses a value as a template, also inside fences and partials", () => {
		const view = { branch: "{{agent_name}} {{> _secret}} {{#fenced}}{{=<% %>=}}", agent_name: "rex" };
		const text = "{{branch}}{{#inline}}{{branch}}{{/inline}}{{#fenced}}{{branch}}{{/fenced}}{{> _part}}";
		expect(render(text, view, { _part: "{{branch}}", _secret: "SECRET" })).toBe(
			[view.branch, `\`${view.branch}\``, `\n\`\`\`untrusted-data\n${view.branch}\n\`\`\`\n`, view.branch].join(""),
		);
	});

	it("does not let a template reach beyond the view", () => {
		expect(render("{{constructor}}{{toString}}{{__proto__}}{{branch.constructor}}", { branch: "b" })).toBe("");
	});

	it("repeats a section for each missing part", () => {
		const missing = [
			{ name: "loki", from: "loki.query_range", why: "not configured" },
			{ name: "pods", from: "kubernetes.pods", why: "`x`\ny" },
		];
		expect(render("{{#missing}}{{name}}: {{#inline}}{{why}}{{/inline}};{{/missing}}", { missing })).toBe(
			"loki: `not configured`;pods: `` `x`␊y ``;",
		);
	});

	it("gives each long text its own budget, and marks the size of each cut", () => {
		const view = { workflow_logs: `START${"x".repeat(500_000)}THE END`, commit_message: "é".repeat(10_000) };
		const prompt = render("{{commit_message}}|{{workflow_logs}}", view);
		const [message = "", logs = ""] = prompt.split("|");
		expect(message).toBe(`${"é".repeat(4096)}\n[... 5904 characters cut here, to bound the prompt ...]`);
		expect(logs).toMatch(/^STARTx+\n\[\.\.\. 434476 characters cut here, to bound the prompt \.\.\.\]\nx+THE END$/);
		expect(bytes(logs)).toBeLessThan(65 * 1024);
	});

	it("cuts the least important texts first when the whole is too long, the logs last", () => {
		const view = { workflow_logs: "l".repeat(6000), evidence: "e".repeat(6000), grafana_alerts: "g".repeat(6000) };
		const prompt = render("{{workflow_logs}}|{{evidence}}|{{grafana_alerts}}", view, {}, 12_000);
		const [logs = "", evidence = "", alerts = ""] = prompt.split("|");
		expect(bytes(prompt)).toBeLessThanOrEqual(12_000);
		expect(logs).toBe(view.workflow_logs);
		expect(evidence).toMatch(/^e+\n\[\.\.\. \d+ characters cut here, to bound the prompt \.\.\.\]\ne+$/);
		expect(alerts).toBe(`${"g".repeat(500)}\n[... 5500 characters cut here, to bound the prompt ...]`);
	});

	it("stays under 200 KB with every variable at maximum length and width", () => {
		const wide = "\u{202E}😀é\n`".repeat(5000);
		const names = Object.entries(PROMPT_VARIABLES).flatMap(([name, { kind }]) => (kind === "text" ? [name] : []));
		const template = names.map((name) => `{{#fenced}}{{${name}}}{{/fenced}}`).join("");
		const view = Object.fromEntries(names.map((name) => [name, wide]));
		expect(bytes(render(template, view))).toBeLessThanOrEqual(MAX_PROMPT_BYTES);
	});

	it("is bounded whatever its values are", () => {
		const text = anyText({ maxLength: 50 }).map((part) => part.repeat(200));
		const names = ["workflow_logs", "evidence", "commit_message", "changed_files", "branch"] as const;
		const template = names.map((name) => `{{#fenced}}{{${name}}}{{/fenced}}`).join("");
		fc.assert(
			fc.property(fc.tuple(text, text, text, text, text), (values) => {
				const view = Object.fromEntries(names.map((name, at) => [name, values[at]]));
				expect(bytes(render(template, view, {}, 4096))).toBeLessThanOrEqual(4096 + 100);
			}),
			{ numRuns: runs(100, 30) },
		);
	});

	it("keeps hostile text inside its fence: what follows the fence is the template's own", () => {
		const hostile = fc.array(
			fc.constantFrom(
				"```",
				"````",
				"~~~",
				"\n",
				"\r",
				"\r\n",
				"{{",
				"}}",
				"{{/fenced}}",
				"\0",
				"\u{1B}[2K",
				"\u{202E}",
				"\u{2028}",
				"\u{D800}",
				"x",
				" ",
			),
			{ maxLength: 30 },
		);
		fc.assert(
			fc.property(hostile, (parts) => {
				const prompt = render("before\n{{#fenced}}{{evidence}}{{/fenced}}\nafter", { evidence: parts.join("") });
				const lines = prompt.split("\n");
				const open = lines.findIndex((line) => line.endsWith("untrusted-data"));
				if (open !== -1) {
					const fence = lines[open]?.replace("untrusted-data", "") ?? "";
					const closing = lines.findIndex((line, at) => at > open && line.startsWith(fence));
					expect(lines.slice(closing)).toEqual([fence, "", "after"]);
				}
				expect(prompt).not.toMatch(/(?![\n\t])[\p{Cc}\u{202E}\u{2028}]/u);
				expect(prompt.isWellFormed()).toBe(true);
			}),
			{ numRuns: runs(500) },
		);
	});

	it("keeps hostile text inside its code span: one line, closed only by its own ticks", () => {
		const hostile = fc.array(fc.constantFrom("`", "``", "\n", "\r", " ", "x", "{{branch}}", "\u{85}"), {
			maxLength: 20,
		});
		fc.assert(
			fc.property(hostile, (parts) => {
				const prompt = render("{{#inline}}{{branch}}{{/inline}}", { branch: parts.join("") });
				if (prompt === "") return;
				const ticks = /^`+/.exec(prompt)?.[0] ?? "";
				const inner = prompt.slice(ticks.length, -ticks.length);
				expect(prompt.endsWith(ticks)).toBe(true);
				expect((inner.match(/`+/g) ?? []).map((run) => run.length)).not.toContain(ticks.length);
				expect(prompt).not.toMatch(/[\n\r\u{85}]/u);
			}),
			{ numRuns: runs(500) },
		);
	});
});
