import { extraBytes } from "../log/utf8-length.ts";

/**
 * Which part of an overlong text stays: its beginning, its end, or one third of the beginning and two thirds of the
 * end.
 */
export type Keep = "head" | "tail" | "ends";

/** Cuts a text to at most `bytes` of UTF-8, and marks the cut with its size. */
export function cutText(text: string, bytes: number, keep: Keep): string {
	if (text.length + extraBytes(text, 0, text.length) <= bytes) return text;
	const head = keep === "tail" ? 0 : fitting(text, keep === "head" ? bytes : Math.floor(bytes / 3), 1);
	const tail = keep === "head" ? 0 : fitting(text, keep === "tail" ? bytes : Math.ceil((bytes * 2) / 3), -1);
	const cut = text.length - head - tail;
	const mark = `[... ${cut} characters cut here, to bound the prompt ...]`;
	const parts = [text.slice(0, head).toWellFormed(), mark, text.slice(text.length - tail).toWellFormed()];
	return parts.filter((part) => part !== "").join("\n");
}

/** How many characters from the beginning (`step` 1) or the end (-1) fit into `bytes`. */
function fitting(text: string, bytes: number, step: 1 | -1): number {
	let left = bytes;
	for (let count = 0; count < text.length; count++) {
		const at = step === 1 ? count : text.length - 1 - count;
		left -= 1 + extraBytes(text, at, at + 1);
		if (left < 0) return count;
	}
	return text.length;
}
