import { sha256Hex } from "./sha256-hex.ts";

const MAX_PART = 300;
const KEPT_OF_LONG_PART = 100;

/**
 * Joins parts into a key such as `5dlabs/cto|run|123`. Undefined if a part is missing; different parts never give the
 * same key. The first part is the repository in lower case, because GitHub treats `O/R` and `o/r` as one. Bars and
 * backslashes are escaped. A very long part is reduced to its beginning and its hash.
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
	// The cut may split a surrogate pair; escaping after the cut makes the text well formed.
	return `${escapePart(text.slice(0, KEPT_OF_LONG_PART))}\\~${sha256Hex(escapeSurrogates(text))}`;
}

function escapePart(text: string): string {
	return escapeSurrogates(/[\\|]/.test(text) ? text.replaceAll(/[\\|]/g, "\\$&") : text);
}

/** Lone surrogates have no UTF-8 and would all become one character, so two branches could share a key. */
function escapeSurrogates(text: string): string {
	if (text.isWellFormed()) return text;
	return text.replaceAll(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}
