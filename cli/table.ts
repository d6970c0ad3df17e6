import type { Output } from "./output.ts";

/** Where nothing says how wide the terminal is. */
const WIDEST = 48;
/** No column gets narrower, however narrow the terminal is. */
const NARROWEST = 6;
const GAP = "  ";

/**
 * A table with a header row, no wider than the terminal: the widest columns are cut. With `numbers`, all columns but the first
 * are right-aligned.
 */
export function table(
	head: readonly string[],
	rows: readonly (readonly string[])[],
	{ paint, width }: Pick<Output, "paint" | "width">,
	{ numbers = false } = {},
): readonly string[] {
	const cells = [head, ...rows].map((row) => row.map(visible));
	const widths = fitted(
		head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))),
		width,
	);
	const lines = cells.map((row) =>
		row
			.map((cell, column) => {
				const to = widths[column] ?? 0;
				const text = cell.length > to ? `${cell.slice(0, to - 1)}…` : cell;
				return numbers && column > 0 ? text.padStart(to) : text.padEnd(to);
			})
			.join(GAP)
			.trimEnd(),
	);
	return lines.map((line, at) => (at === 0 ? paint("dim", line) : line));
}

/** Takes from the widest columns what is too much. */
function fitted(widths: readonly number[], terminal: number | undefined): readonly number[] {
	if (terminal === undefined) return widths.map((width) => Math.min(width, WIDEST));
	const room = terminal - GAP.length * (widths.length - 1);
	const fit = [...widths];
	while (fit.reduce((total, width) => total + width, 0) > room) {
		const widest = Math.max(...fit);
		if (widest <= NARROWEST) break;
		fit[fit.indexOf(widest)] = widest - 1;
	}
	return fit;
}

/** Removes characters from payloads that could move a terminal's cursor. */
export function visible(text: string): string {
	return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "�");
}
