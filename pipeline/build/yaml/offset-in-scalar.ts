import type { Scalar } from "yaml";

/**
 * The file offset of the character at `index` of a scalar's value. The two differ by quotes, escapes, folding and
 * indentation. Undefined when they cannot be aligned.
 */
export function offsetInScalar(scalar: Scalar, file: string, index: number): number | undefined {
	const value = scalar.value;
	if (typeof value !== "string" || !scalar.range) {
		return undefined;
	}
	const [start, end] = scalar.range;
	const header = scalar.type === "BLOCK_LITERAL" || scalar.type === "BLOCK_FOLDED";
	let offset = header ? file.indexOf("\n", start) + 1 : start;
	if (scalar.type === "QUOTE_DOUBLE" || scalar.type === "QUOTE_SINGLE") {
		offset += 1;
	}
	for (let at = 0; ; at++) {
		offset = skipToMatch(file, offset, end, value[at]);
		if (at === index || at >= value.length) {
			return Math.min(offset, end);
		}
		offset += written(scalar, file, offset, value[at] ?? "");
		if (offset > end) {
			return undefined;
		}
	}
}

/** Folding and indentation: white space of the file that the value lacks, or has as a single space or line end. */
function skipToMatch(file: string, offset: number, end: number, next: string | undefined): number {
	if (next === undefined || file[offset] === next || !isSpace(file[offset])) {
		return offset;
	}
	let skipped = offset;
	while (skipped < end && isSpace(file[skipped]) && file[skipped] !== next) {
		skipped += 1;
	}
	return isSpace(next) ? offset : skipped;
}

/** How many characters in the file represent this character of the value. */
function written(scalar: Scalar, file: string, offset: number, character: string): number {
	if (scalar.type === "QUOTE_SINGLE" && character === "'") {
		return 2;
	}
	if (scalar.type === "QUOTE_DOUBLE" && file[offset] === "\\") {
		return escapeLength(file[offset + 1]);
	}
	if (isSpace(character)) {
		return file[offset] === character ? 1 : foldLength(file, offset);
	}
	return 1;
}

function escapeLength(letter: string | undefined): number {
	switch (letter) {
		case "x":
			return 4;
		case "u":
			return 6;
		case "U":
			return 10;
		default:
			return 2;
	}
}

function foldLength(file: string, offset: number): number {
	let length = 0;
	while (isSpace(file[offset + length])) {
		length += 1;
	}
	return length;
}

function isSpace(character: string | undefined): boolean {
	return character === " " || character === "\n" || character === "\t" || character === "\r";
}
