import { stripEscapes } from "./terminal-escapes.ts";

const NOT_PLAIN = /[^\t\n\r\u0020-\u007e]/;
// Cc: controls. Cf, DI: zero-width characters, bidi controls, soft hyphens, fillers, selectors. U+2800 renders as nothing.
const INVISIBLE = /[[\p{Cc}\p{Cf}\p{DI}\u{2800}]--[\t\n\r]]/gv;

/** The text as a reader sees it: without terminal escapes and characters that show nothing. Line ends stay. */
export function withoutInvisible(text: string): string {
	// Nearly every text is plain, which the first pattern tells faster.
	if (!NOT_PLAIN.test(text)) return text;
	// Line by line: a sequence that its line does not end hides no text.
	const printed = text.includes("\u001b") ? text.split("\n").map(stripEscapes).join("\n") : text;
	return printed.replace(INVISIBLE, "");
}
