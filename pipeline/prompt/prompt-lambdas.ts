import { visibleText } from "./visible-text.ts";

/** The info string of a fence, which tells the agent that the content is data. */
const FENCE_LABEL = "untrusted-data";

/** `{{#fenced}}`: a code block whose fence is longer than any run of backticks inside. Empty for empty content. */
export function fenced(content: string): string {
	const text = visibleText(content)
		.replace(/^(?:[ \t]*\n)+/, "")
		.trimEnd();
	if (text === "") return "";
	const fence = "`".repeat(Math.max(3, longestBackticks(text) + 1));
	return `\n${fence}${FENCE_LABEL}\n${text}\n${fence}\n`;
}

/** `{{#inline}}`: a code span of one line. Empty for empty content. */
export function inline(content: string): string {
	const text = visibleText(content.trim(), { oneLine: true });
	if (text === "") return "";
	const tick = "`".repeat(longestBackticks(text) + 1);
	// A code span strips one space at each end, so pad where a backtick would touch the span's own.
	const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
	return `${tick}${pad}${text}${pad}${tick}`;
}

function longestBackticks(text: string): number {
	return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
