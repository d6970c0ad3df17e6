import { type Diagnostic, isWarning } from "../yaml/diagnostic.ts";

/** Texts by the file names used in diagnostics. */
export type SourceTexts = Readonly<Record<string, string>>;

/**
 * Formats diagnostics for people: `file:line:column`, the message, the line with a caret, the allowed values. Ends with
 * the counts of errors and warnings. The caller decides about colour.
 */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], sources: SourceTexts, colour = false): string {
	const paint = colour ? ansi : plain;
	const parts = diagnostics.map((diagnostic) => renderOne(diagnostic, sources[diagnostic.file], paint));
	const warnings = diagnostics.filter(isWarning).length;
	const errors = diagnostics.length - warnings;
	const counts = [
		...(errors > 0 || warnings === 0 ? [paint.bad(counted(errors, "error"))] : []),
		...(warnings > 0 ? [paint.doubtful(counted(warnings, "warning"))] : []),
	];
	return `${[...parts, `${counts.join(", ")}.`].join("\n\n")}\n`;
}

function counted(count: number, what: string): string {
	return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

function renderOne(diagnostic: Diagnostic, source: string | undefined, paint: Paint): string {
	const place = paint.place(`${diagnostic.file}:${diagnostic.line}:${diagnostic.column}`);
	const allowed = diagnostic.allowed && diagnostic.allowed.length > 0 ? [`  allowed: ${wrap(diagnostic.allowed)}`] : [];
	const { related } = diagnostic;
	const other = related === undefined ? [] : [`  the other: ${paint.place(`${related.file}:${related.line}`)}`];
	const mark = isWarning(diagnostic) ? paint.doubtful : paint.bad;
	const kind = isWarning(diagnostic) ? `${mark("warning")}: ` : "";
	const head = `${place}  ${kind}${printable(diagnostic.message)}`;
	return [head, ...excerpt(diagnostic, source, paint, mark), ...other, ...allowed].join("\n");
}

const WIDTH = 100;

function excerpt(
	{ line, column, text }: Diagnostic,
	source: string | undefined,
	paint: Paint,
	mark: Paint["bad"],
): readonly string[] {
	const whole = source?.split(/\r?\n/)[line - 1];
	if (whole === undefined || whole.trim() === "") {
		return [];
	}
	// Of a very long line, show the part around the column.
	const from = Math.max(0, Math.min(column - 1 - WIDTH / 2, whole.length - WIDTH));
	const shown = whole.slice(from, from + WIDTH);
	const before = shown.slice(0, column - 1 - from);
	const length = Math.max(1, Math.min(text.replace(/…$/, "").length, shown.length - before.length));
	const margin = String(line);
	return [
		paint.dim(`  ${margin} | `) + printable(shown),
		`  ${" ".repeat(margin.length)}   ${before.replace(/[^\t]/g, " ")}${mark("^".repeat(length))}`,
	];
}

/** Wraps long lists of names at about a hundred characters. */
function wrap(names: readonly string[]): string {
	const lines = [""];
	for (const name of names) {
		const last = lines.length - 1;
		const next = lines[last] === "" ? name : `${lines[last]}, ${name}`;
		if (next.length > WIDTH) {
			lines[last] += ",";
			lines.push(name);
		} else {
			lines[last] = next;
		}
	}
	return lines.join(`\n${" ".repeat("  allowed: ".length)}`);
}

/** Replaces control characters, which could steer the terminal. Tabs stay, because the caret's line has them too. */
function printable(text: string): string {
	return text.replace(/[^\P{Cc}\t]/gu, "\ufffd");
}

interface Paint {
	place(text: string): string;
	bad(text: string): string;
	doubtful(text: string): string;
	dim(text: string): string;
}

const plain: Paint = {
	place: (text) => text,
	bad: (text) => text,
	doubtful: (text) => text,
	dim: (text) => text,
};

const ansi: Paint = {
	place: (text) => `\u001b[1m${text}\u001b[0m`,
	bad: (text) => `\u001b[31m${text}\u001b[0m`,
	doubtful: (text) => `\u001b[33m${text}\u001b[0m`,
	dim: (text) => `\u001b[2m${text}\u001b[0m`,
};
