/** One thing wrong in a pipeline file or a prompt, with what to do about it. Plain data: this is also its JSON form. */
export interface Diagnostic {
	/** As its user knows it: `pipeline.yaml`, `prompts/rust-fix.mustache`. */
	readonly file: string;
	/** From 1. */
	readonly line: number;
	/** From 1, in UTF-16 code units, as editors count. */
	readonly column: number;
	/** The offending text, one line, cut to a readable length. */
	readonly text: string;
	/** What is wrong, and what to do. */
	readonly message: string;
	/** The names that may stand there, when there is a closed list. */
	readonly allowed?: readonly string[];
}

/** The one file that users edit. */
export const PIPELINE_FILE = "pipeline.yaml";

export function promptFile(template: string): string {
	return `prompts/${template}.mustache`;
}

/** In the order of reading, each once. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
	const seen = new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic]));
	return [...seen.values()].sort(
		(a, b) => fileOrder(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
	);
}

/** One line of the text, at most 80 characters. */
export function offending(text: string): string {
	const line = text.trim().split(/\r?\n/, 1)[0] ?? "";
	return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

function fileOrder(a: string, b: string): number {
	return Number(b === PIPELINE_FILE) - Number(a === PIPELINE_FILE) || compare(a, b);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
