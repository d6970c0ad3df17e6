import { sha256Hex } from "./sha256-hex.ts";

const MAX_PART = 300;
const KEPT_OF_LONG_PART = 100;

/**
 * A key of its parts, such as `5dlabs/cto|run|123`: undefined if one of them is missing, and never the same for
 * different parts. The first part is the repository and lower-cased, as GitHub takes `O/R` and `o/r` for one.
 * A bar or backslash within a part is escaped; of a very long part its beginning and its hash are kept.
 */
export function makeKey(parts: readonly unknown[]): string | undefined {
	const texts: string[] = [];
	for (const [at, part] of parts.entries()) {
		const text = partText(part);
		if (text === undefined) return undefined;
		texts.push(encodePart(at === 0 ? text.toLowerCase() : text));
	}
	return texts.length === 0 ? undefined : texts.join("|");
}

function partText(part: unknown): string | undefined {
	if (typeof part === "string" && part !== "") return part;
	if (typeof part === "number" && Number.isFinite(part)) return String(part);
	if (typeof part === "boolean") return String(part);
	return undefined;
}

function encodePart(text: string): string {
	if (text.length <= MAX_PART) return escapePart(text);
	// The head may be cut within a surrogate pair; escaping comes after the cut, so it is well formed all the same.
	return `${escapePart(text.slice(0, KEPT_OF_LONG_PART))}\\~${sha256Hex(escapeSurrogates(text))}`;
}

function escapePart(text: string): string {
	return escapeSurrogates(/[\\|]/.test(text) ? text.replaceAll(/[\\|]/g, "\\$&") : text);
}

/** Lone surrogates have no UTF-8 and would all become one character: two branches would share a key. */
function escapeSurrogates(text: string): string {
	if (text.isWellFormed()) return text;
	return text.replaceAll(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}
