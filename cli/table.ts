import type { Output } from "./output.ts";

const WIDEST = 48;

/** A table with a header row. With `numbers`, all columns but the first are right-aligned. */
export function table(
	head: readonly string[],
	rows: readonly (readonly string[])[],
	paint: Output["paint"],
	{ numbers = false } = {},
): readonly string[] {
	const cells = [head, ...rows].map((row) => row.map(cut));
	const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
	const lines = cells.map((row) =>
		row
			.map((cell, column) => {
				const width = widths[column] ?? 0;
				return numbers && column > 0 ? cell.padStart(width) : cell.padEnd(width);
			})
			.join("  ")
			.trimEnd(),
	);
	return lines.map((line, at) => (at === 0 ? paint("dim", line) : line));
}

function cut(text: string): string {
	const plain = visible(text);
	return plain.length > WIDEST ? `${plain.slice(0, WIDEST - 1)}…` : plain;
}

/** Removes characters from payloads that could move a terminal's cursor. */
export function visible(text: string): string {
	return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "�");
}
