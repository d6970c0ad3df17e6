import { visibleText } from "./visible-text.ts";

/** What a fence's first line says, so that the agent takes what is inside for data. */
const FENCE_LABEL = "untrusted-data";

/** `{{#fenced}}`: a code block whose fence is longer than any run of backticks inside. Nothing for nothing. */
export function fenced(content: string): string {
	const text = visibleText(content)
		.replace(/^(?:[ \t]*\n)+/, "")
		.trimEnd();
	if (text === "") return "";
	const fence = "`".repeat(Math.max(3, longestBackticks(text) + 1));
	return `\n${fence}${FENCE_LABEL}\n${text}\n${fence}\n`;
}

/** `{{#inline}}`: a code span of one line. Nothing for nothing. */
export function inline(content: string): string {
	const text = visibleText(content.trim(), { oneLine: true });
	if (text === "") return "";
	const tick = "`".repeat(longestBackticks(text) + 1);
	// A code span loses a space at each end, so one is given where a backtick would touch the span's own.
	const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
	return `${tick}${pad}${text}${pad}${tick}`;
}

function longestBackticks(text: string): number {
	return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
