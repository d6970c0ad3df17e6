import { sha256Hex } from "../expression/sha256-hex.ts";

/** Limits for an incident's texts, in characters. */
export const TEXT_LIMITS = { short: 1024, long: 65_536 } as const;

/**
 * Makes a foreign text storable: lone surrogates and NUL become U+FFFD. A text over `max` is cut and ends in a hash of
 * the whole, so two long values stay different.
 */
export function cleanText(text: string, max: number): string {
	const whole = storable(text.length > max ? text.slice(0, max) : text);
	if (text.length <= max) return whole;
	const mark = `…[cut ${text.length - max} characters, sha256:${sha256Hex(text).slice(0, 16)}]`;
	return whole + mark;
}

/** Replaces characters that JSON can store but YAML and environment variables cannot. */
export function storable(text: string): string {
	const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
	return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\u{FFFD}") : wellFormed;
}
