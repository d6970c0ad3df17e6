import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readLogText } from "../../../pipeline/log/log-reader.ts";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";
import type { PromptView } from "../../../pipeline/prompt/prompt-variables.ts";
import { PROMPT_VARIABLES, type PromptVariable } from "../../../pipeline/prompt/prompt-variables.ts";
import { promptView } from "../../../pipeline/prompt/prompt-view.ts";
import { renderPrompt } from "../../../pipeline/prompt/render-prompt.ts";
import { readDataMarks } from "../../support/read-data-marks.ts";
import { GOLDEN_INPUTS } from "./golden-inputs.ts";
import { shippedPrompts } from "./shipped-prompts.ts";

const FOLDER = path.join(import.meta.dirname, "../../cases/hostile");
const prompts = shippedPrompts();

const texts = readdirSync(FOLDER).map((name) => [name, readFileSync(path.join(FOLDER, name), "utf8")] as const);
const branches = readFileSync(path.join(FOLDER, "branch-names.txt"), "utf8").trimEnd().split("\n");
const cases = [...texts, ...branches.map((branch) => [`the branch ${JSON.stringify(branch)}`, branch] as const)];

/** Replaces each untrusted text that the template shows by `text`. */
function viewOf(view: PromptView, text: string): PromptView {
	const untrusted = Object.entries<PromptVariable>(PROMPT_VARIABLES).flatMap(([name, variable]) =>
		variable.untrusted && view[name as keyof PromptView] !== undefined ? [[name, text]] : [],
	);
	const missing = view.missing?.map((part) => ({ ...part, why: text }));
	return { ...view, ...Object.fromEntries(untrusted), ...(missing && { missing }) };
}

/** The reverse of the visible names, written independently, to prove that nothing is lost. */
function decoded(shown: string): string {
	return shown
		.replaceAll(/<U\+([0-9A-F]{4,6})>/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
		.replaceAll(/[\u2400-\u241F]/g, (picture) => String.fromCharCode(picture.charCodeAt(0) - 0x2400))
		.replaceAll("\u2421", "\u007F");
}

function trimmed(text: string): string {
	return text.replace(/^(?:[ \t]*\n)+/, "").trimEnd();
}

describe("the shipped prompts, with hostile texts everywhere", () => {
	it.each(cases)("keep it in its fences and spans, verbatim: %s", (_, text) => {
		for (const input of GOLDEN_INPUTS) {
			const view = promptView(input);
			const harmless = readDataMarks(renderPrompt(prompts, input.agent.prompt, viewOf(view, "harmless")));
			const prompt = renderPrompt(prompts, input.agent.prompt, viewOf(view, text));
			const hostile = readDataMarks(prompt);

			expect(hostile.skeleton).toBe(harmless.skeleton);
			expect(hostile.blocks.map((block, at) => (harmless.blocks[at] === "harmless" ? decoded(block) : block))).toEqual(
				harmless.blocks.map((block) => (block === "harmless" ? trimmed(text) : block)),
			);
			expect(hostile.spans.map((span, at) => (harmless.spans[at] === "harmless" ? decoded(span) : span))).toEqual(
				harmless.spans.map((span) => (span === "harmless" ? text.trim() : span)),
			);
			expect(prompt).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
		}
	});

	it.each(texts)("keep an excerpt of such a log in its fence: %s", (_, text) => {
		const { excerpt } = readLogText(compileLogSearch([]), `##[error]it failed\n${text}`);
		const [input] = GOLDEN_INPUTS;
		if (input === undefined) throw new Error("there is no golden input");
		const view = { ...promptView(input), workflow_logs: excerpt };
		const { blocks } = readDataMarks(renderPrompt(prompts, input.agent.prompt, view));
		expect(blocks.map(decoded).map(trimmed)).toContain(trimmed(excerpt));
	});
});
