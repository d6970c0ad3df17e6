import { extraBytes } from "../log/utf8-length.ts";
import type { Prompts } from "./compile-prompts.ts";
import { cutText } from "./cut-text.ts";
import { type Budget, PROMPT_BUDGETS, SHORT_BUDGETS } from "./prompt-budgets.ts";
import { fenced, inline } from "./prompt-lambdas.ts";
import type { PromptView } from "./prompt-variables.ts";

/** A CodeRun's prompt ends up in a ConfigMap of 1 MiB with other data; this leaves ample room. */
export const MAX_PROMPT_BYTES = 120 * 1024;

/**
 * Renders an agent's prompt. Values are inserted verbatim and once: nothing in them is parsed as a template or escaped
 * for HTML. Each long text is cut to its own budget. A prompt still over `maxBytes` of UTF-8 has its texts cut further,
 * the least important first (`PROMPT_BUDGETS`). Each cut is marked.
 */
export function renderPrompt(
	prompts: Prompts,
	template: string,
	view: PromptView,
	maxBytes = MAX_PROMPT_BYTES,
): string {
	let shown = [...SHORT_BUDGETS, ...PROMPT_BUDGETS].reduce(
		(cut, budget) => cutVariable(cut, budget, budget.bytes),
		view,
	);
	let prompt = render(prompts, template, shown);
	for (const budget of PROMPT_BUDGETS) {
		const over = byteLength(prompt) - maxBytes;
		if (over <= 0) return prompt;
		const length = byteLength(shown[budget.name] ?? "");
		// The rendered text is at least as long as the value, so cutting this many bytes plus the mark is enough.
		shown = cutVariable(shown, budget, Math.max(ALWAYS_KEPT, length - over - MARK_BYTES));
		prompt = render(prompts, template, shown);
	}
	return byteLength(prompt) <= maxBytes ? prompt : cutText(prompt, maxBytes - MARK_BYTES, "head");
}

const ALWAYS_KEPT = 500;
const MARK_BYTES = 100;

function cutVariable(view: PromptView, { name, keep }: Budget, bytes: number): PromptView {
	const value = view[name];
	return value === undefined ? view : { ...view, [name]: cutText(value, bytes, keep) };
}

function render({ writer, texts }: Prompts, template: string, view: PromptView): string {
	const text = Object.hasOwn(texts, template) ? texts[template] : undefined;
	if (text === undefined) throw new Error(`there is no prompt ${template}`);
	// No prototype, so a template's names cannot reach beyond the view.
	const values = Object.assign(Object.create(null), view, LAMBDAS);
	const partial = (name: string) => (Object.hasOwn(texts, name) ? (texts[name] ?? "") : "");
	return writer.render(text, values, partial, { escape: String });
}

type Render = (text: string) => string;

const LAMBDAS = {
	fenced: () => (text: string, inner: Render) => fenced(inner(text)),
	inline: () => (text: string, inner: Render) => inline(inner(text)),
};

function byteLength(text: string): number {
	return text.length + extraBytes(text, 0, text.length);
}
