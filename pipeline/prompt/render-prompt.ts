import { extraBytes } from "../log/utf8-length.ts";
import type { Prompts } from "./compile-prompts.ts";
import { cutText } from "./cut-text.ts";
import { fenced, inline } from "./prompt-lambdas.ts";
import type { PROMPT_VARIABLES, PromptVariableName } from "./prompt-variables.ts";
import type { PromptView } from "./prompt-view.ts";

/** A CodeRun's prompt ends in a ConfigMap of 1 MiB beside other things; this leaves ample room. */
export const MAX_PROMPT_BYTES = 120 * 1024;

/**
 * Renders an agent's prompt. Values are put in as they are, once: nothing in them is ever taken for a template, and
 * nothing is escaped for HTML. A prompt over `maxBytes` of UTF-8 has its long texts cut, the logs first, each marked.
 */
export function renderPrompt(
	prompts: Prompts,
	template: string,
	view: PromptView,
	maxBytes = MAX_PROMPT_BYTES,
): string {
	let shown = view;
	let prompt = render(prompts, template, shown);
	for (const { names, keep } of CUT_IN_ORDER) {
		const over = byteLength(prompt) - maxBytes;
		if (over <= 0) return prompt;
		shown = cutVariables(shown, names, keep, over);
		prompt = render(prompts, template, shown);
	}
	return byteLength(prompt) <= maxBytes ? prompt : cutText(prompt, Math.floor(maxBytes / 4), "head");
}

type Name = {
	[N in PromptVariableName]: (typeof PROMPT_VARIABLES)[N]["kind"] extends "text" ? N : never;
}[PromptVariableName];

/** What may be long, in the order in which it is given up. A log's end says most; of other texts the beginning does. */
const CUT_IN_ORDER: readonly { readonly names: readonly Name[]; readonly keep: "head" | "tail" }[] = [
	{ names: ["workflow_logs", "logs"], keep: "tail" },
	{ names: ["recent_error_logs"], keep: "head" },
	{ names: ["evidence"], keep: "head" },
	{ names: ["alert_description"], keep: "head" },
	{ names: ["pod_events"], keep: "head" },
	{ names: ["related_pods"], keep: "head" },
	{ names: ["argo_workflow"], keep: "head" },
	{ names: ["grafana_alerts"], keep: "head" },
	{ names: ["argocd_resources_unhealthy"], keep: "head" },
	{ names: ["failed_steps"], keep: "head" },
	{ names: ["previous_attempts"], keep: "head" },
	{ names: ["changed_files"], keep: "head" },
	{ names: ["commit_message"], keep: "head" },
];

const ALWAYS_KEPT = 500;

function cutVariables(view: PromptView, names: readonly Name[], keep: "head" | "tail", over: number): PromptView {
	const cut: Partial<Record<Name, string>> = {};
	for (const name of names) {
		const value = view[name];
		// A character has one byte at least, so this many fewer are enough, with the mark's own.
		if (typeof value === "string") cut[name] = cutText(value, Math.max(ALWAYS_KEPT, value.length - over - 100), keep);
	}
	return { ...view, ...cut };
}

function render({ writer, texts }: Prompts, template: string, view: PromptView): string {
	const text = Object.hasOwn(texts, template) ? texts[template] : undefined;
	if (text === undefined) throw new Error(`there is no prompt ${template}`);
	// Without a prototype, so that no name of a template can reach more than the view.
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
