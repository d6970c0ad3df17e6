/** One error or warning about a pipeline file or a prompt, with its fix. Plain data: this is also its JSON form. */
export interface Diagnostic {
	/** The path as the user knows it: `pipeline.yaml`, `prompts/rust-fix.mustache`. */
	readonly file: string;
	/** From 1. */
	readonly line: number;
	/** From 1, in UTF-16 code units, as editors count. */
	readonly column: number;
	/** The offending text: one line, cut to a readable length. */
	readonly text: string;
	/** What is wrong, and how to fix it. */
	readonly message: string;
	/** The allowed names, when the list is closed. */
	readonly allowed?: readonly string[];
	/** Another entry that it is about, too. */
	readonly related?: { readonly file: string; readonly line: number };
	/** A warning prevents no build. Absent: an error. */
	readonly severity?: "warning";
}

export function isWarning({ severity }: Diagnostic): boolean {
	return severity === "warning";
}

/** The one file that users edit. */
export const PIPELINE_FILE = "pipeline.yaml";

export function promptFile(template: string): string {
	return `prompts/${template}.mustache`;
}

/** Sorts by position and removes duplicates. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
	const seen = new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic]));
	return [...seen.values()].sort(
		(a, b) => fileOrder(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
	);
}

/** The first line of the text, at most 80 characters. */
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
