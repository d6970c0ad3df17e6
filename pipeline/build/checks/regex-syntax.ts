import { type AST, RegExpParser } from "@eslint-community/regexpp";

/**
 * Parses the regex syntax that RE2 and JavaScript share. Parsing is strict, because some escapes mean different things
 * to the two (`\z`, `\A`). Harmless laxness (`\:`, `]`) is allowed.
 * @throws SyntaxError, with `index` into a source of about the same shape
 */
export function parseRegex(source: string): AST.Pattern {
	const strict = strictly(source);
	return new RegExpParser({ ecmaVersion: 2025 }).parsePattern(strict, 0, strict.length, {
		unicode: true,
		unicodeSets: false,
	});
}

/** The same regex without needless escapes of punctuation, and with the required escapes of brackets. */
function strictly(source: string): string {
	let strict = "";
	let inClass = false;
	for (let at = 0; at < source.length; at++) {
		const character = source[at] ?? "";
		const next = source[at + 1] ?? "";
		if (character === "\\") {
			const braced = /^\\[pPux]\{[^}]*\}|^\\k<[^>]*>/.exec(source.slice(at))?.[0];
			const plain = /[A-Za-z0-9]/.test(next) || next === "" || mayBeEscaped(next, inClass) ? character + next : next;
			strict += braced ?? plain;
			at += (braced?.length ?? 2) - 1;
		} else if (inClass) {
			if (/^\[:\^?\w+:\]/.test(source.slice(at))) {
				throw new SyntaxError("a class such as [:alpha:] exists only in RE2, write its characters out");
			}
			inClass = character !== "]";
			strict += character;
		} else if (character === "[") {
			inClass = true;
			const negated = next === "^";
			strict += negated ? "[^" : "[";
			at += negated ? 1 : 0;
		} else if (character === "{") {
			const counted = /^\{\d+(,\d*)?\}/.exec(source.slice(at));
			strict += counted ? counted[0] : "\\{";
			at += counted ? counted[0].length - 1 : 0;
		} else {
			strict += character === "]" || character === "}" ? `\\${character}` : character;
		}
	}
	return strict;
}

function mayBeEscaped(character: string, inClass: boolean): boolean {
	return "^$\\.*+?()[]{}|/".includes(character) || (inClass && character === "-");
}
