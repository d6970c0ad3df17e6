import { describe, expect, it } from "vitest";
import { pipelineJsonSchema } from "../../pipeline/build/index.ts";
import { scopesOf } from "../../pipeline/build/scopes/scopes.ts";
import { compileCondition, compileExpression } from "../../pipeline/expression/compile-expression.ts";
import { FUNCTIONS, REFUSED_FUNCTIONS } from "../../pipeline/expression/functions.ts";
import { matchesGlob } from "../../pipeline/expression/glob.ts";
import { GITHUB_EVENTS } from "../../pipeline/github-events.ts";
import { SHIPPED_AGENTS } from "../../pipeline/grammar/editor-hints.ts";
import { incidentFields } from "../../pipeline/grammar/incident-fields.ts";
import { LOG_LIMITS } from "../../pipeline/log/log-limits.ts";
import { PROMPT_LAMBDAS, PROMPT_VARIABLES, type PromptVariable } from "../../pipeline/prompt/prompt-variables.ts";
import { MAX_PROMPT_BYTES } from "../../pipeline/prompt/render-prompt.ts";
import { SOURCE_PARAMETERS } from "../../pipeline/source-parameters.ts";
import { labelValue } from "../../pipeline/stages/label-value.ts";
import { readMarkdown, tableOf } from "../support/markdown.ts";

const DOCS = "docs/pipeline.md";
const text = readMarkdown(DOCS);

describe("docs/pipeline.md", () => {
	it("has every function, as its source describes it", () => {
		const needs = new Map<string | undefined, string>([
			[undefined, ""],
			["log", "a log or evidence"],
			["failed_steps", "failed steps"],
			["jobs", "job"],
			["workflow", "workflow"],
			["changed_files", "changed files"],
			["flaky", "fingerprint"],
		]);
		expect(tableOf(DOCS, "| function | | needs |")).toEqual(
			Object.values(FUNCTIONS).map((known) => [known.signature, known.doc, needs.get(known.needs)]),
		);
	});

	it("has every parameter of a context source, as its source describes it", () => {
		const rows = Object.entries(SOURCE_PARAMETERS).flatMap(([source, parameters]) =>
			Object.entries(parameters).map(([name, { doc, from }]) => [source, name, doc, from]),
		);
		expect(tableOf(DOCS, "| source | parameter | | may come from |")).toEqual(rows);
	});

	it("has every refused function", () => {
		const [refused] = /^Refused: .*?\n\n/ms.exec(text) ?? [""];
		for (const name of Object.keys(REFUSED_FUNCTIONS)) expect(refused).toContain(`\`$${name}\``);
	});

	it("has every variable of a prompt, as its source describes it", () => {
		const rows = Object.entries<PromptVariable>(PROMPT_VARIABLES).flatMap(([name, variable]) => [
			row(name, variable),
			...Object.entries(variable.fields ?? {}).map(([field, inner]) => row(`${name}.${field}`, inner)),
		]);
		expect(tableOf(DOCS, "| variable | | kind |")).toEqual(rows);
		for (const [name, doc] of Object.entries(PROMPT_LAMBDAS)) expect(text).toContain(`- \`{{#${name}}}\`: ${doc}`);
	});

	it("has every field of an incident", () => {
		const rows = tableOf(DOCS, "| field | |");
		expect(rows.flatMap(([names = ""]) => names.match(/\w+/g) ?? []).toSorted()).toEqual(
			Object.keys(incidentFields.shape).toSorted(),
		);
		for (const name of ["workflow", "alert", "command"] as const) {
			const inner = Object.keys(incidentFields.shape[name].unwrap().shape).join(", ");
			expect(rows.find(([field]) => field === name)?.[1]).toContain(`{${inner}}`);
		}
	});

	it("lists what each stage sees", () => {
		const rows = tableOf(DOCS, "| stage | bare names are | variables |");
		const seen = rows.map(([stage, , variables = ""]) => [stage, variables.match(/\$\w+/g)?.toSorted()]);
		const scopes = Object.entries(scopesOf({}));
		expect(Object.fromEntries(seen)).toEqual(
			Object.fromEntries(
				scopes.map(([stage, { variables }]) => [
					stage,
					Object.keys(variables)
						.map((name) => `$${name}`)
						.toSorted(),
				]),
			),
		);
	});

	it("names every key and every word of the grammar", () => {
		// Tools have a page of their own.
		const words = new Set(`${text}\n${readMarkdown("docs/tools.md")}`.match(/[\w.-]*\w/g));
		const suggested = new Set<string>([...GITHUB_EVENTS, ...SHIPPED_AGENTS]);
		const names = namesIn(pipelineJsonSchema()).filter((name) => !suggested.has(name));
		expect(names.filter((name) => !words.has(name))).toEqual([]);
	});

	it.each(tableOf(DOCS, "| condition | incident | verdict |"))("gives for %s on %s: %s", async (...cells) => {
		const [condition = "", incident = "", verdict] = cells;
		const scope = { input: JSON.parse(incident), variables: {}, facts: {} };
		expect((await compileCondition(condition).judge(scope)).verdict).toBe(verdict);
	});

	it.each(tableOf(DOCS, "| expression | gives |"))("gives for %s: %s", async (expression = "", value = "") => {
		const given = await compileExpression(expression).evaluate({ input: {}, variables: {}, facts: {} });
		expect(given.ok ? String(given.value ?? "nothing") : given.error).toBe(value);
	});

	it.each(tableOf(DOCS, "| glob | matches | not |"))("matches %s with %s, not with %s", (...cells) => {
		const [glob = "", matching = "", other = ""] = cells;
		expect([matchesGlob(matching, [glob]), matchesGlob(other, [glob])]).toEqual([true, false]);
	});

	it.each(tableOf(DOCS, "| branch | label |"))("labels %s as %s", (branch = "", label = "") => {
		expect(labelValue(branch)).toBe(label);
	});

	it("names the current limits", () => {
		expect(text).toContain(`up to ${LOG_LIMITS.longest_line.toLocaleString("en")} characters`);
		expect(text).toContain(`the last ${LOG_LIMITS.zone_lines} before the end of a failed step`);
		expect(text).toContain(`at most ${MAX_PROMPT_BYTES / 1024} KiB`);
	});
});

function row(name: string, { doc, kind, untrusted }: PromptVariable): string[] {
	return [name, doc, untrusted ? `${kind}, untrusted` : kind];
}

/** Every key of the schema's objects, and every word of its enumerations. */
function namesIn(schema: unknown): string[] {
	if (Array.isArray(schema)) return schema.flatMap(namesIn);
	if (typeof schema !== "object" || schema === null) return [];
	const { properties = {}, enum: words = [] } = schema as { properties?: object; enum?: string[] };
	return [...Object.keys(properties), ...words, ...Object.values(schema).flatMap(namesIn)];
}
