import { RE2JS } from "re2js";

const compiled = new WeakMap<RegExp, RE2JS>();

/** Compiles RE2 syntax, for search in linear time. Throws on look-around and back-references. Flags: `i`, `m`, `s`. */
export function compileLinear(source: string, flags: string): RE2JS {
	let bits = 0;
	if (flags.includes("i")) bits |= RE2JS.CASE_INSENSITIVE;
	if (flags.includes("m")) bits |= RE2JS.MULTILINE;
	if (flags.includes("s")) bits |= RE2JS.DOTALL;
	return RE2JS.compile(RE2JS.translateRegExp(source), bits);
}

/**
 * What jsonata builds its regexes with, instead of `RegExp`: its `timeout` cannot stop a regex that goes back and
 * forth, so a linear-time engine takes the place (JSONata's guardrails, option `RegexEngine`).
 * jsonata uses `lastIndex` and `exec` alone.
 */
export class LinearRegex {
	lastIndex = 0;
	readonly #re2: RE2JS;

	constructor(literal: RegExp) {
		const known = compiled.get(literal);
		this.#re2 = known ?? compileLinear(literal.source, literal.flags);
		if (known === undefined) compiled.set(literal, this.#re2);
	}

	/** The first match from `lastIndex` on, as `RegExp.exec` with the flag `g` gives it. */
	exec(text: string): (string | undefined)[] | null {
		const matcher = this.#re2.matcher(text);
		if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
			this.lastIndex = 0;
			return null;
		}
		this.lastIndex = matcher.end();
		const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, at) => matcher.group(at) ?? undefined);
		return Object.assign(groups, { index: matcher.start() });
	}
}
