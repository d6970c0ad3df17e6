import { sha256Hex } from "../expression/sha256-hex.ts";

/** Lengths, in characters, that an incident's texts are cut to. */
export const TEXT_LIMITS = { short: 1024, long: 65_536 } as const;

/**
 * A text from outside made storable: lone surrogates and NUL become U+FFFD, and what is longer than `max` is cut, with
 * a hash of the whole, so that two long values stay different.
 */
export function cleanText(text: string, max: number): string {
	const whole = storable(text.length > max ? text.slice(0, max) : text);
	if (text.length <= max) return whole;
	const mark = `…[cut ${text.length - max} characters, sha256:${sha256Hex(text).slice(0, 16)}]`;
	return whole + mark;
}

/** Without the characters that JSON stores, YAML and environment variables refuse. */
export function storable(text: string): string {
	const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
	return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\u{FFFD}") : wellFormed;
}
