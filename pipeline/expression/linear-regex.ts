import { RE2JS } from "re2js";

const compiled = new WeakMap<RegExp, RE2JS>();

/** Compiles RE2 syntax for linear-time search. Throws on look-around and back-references. Flags: `i`, `m`, `s`. */
export function compileLinear(source: string, flags: string): RE2JS {
	let bits = 0;
	if (flags.includes("i")) bits |= RE2JS.CASE_INSENSITIVE;
	if (flags.includes("m")) bits |= RE2JS.MULTILINE;
	if (flags.includes("s")) bits |= RE2JS.DOTALL;
	return RE2JS.compile(RE2JS.translateRegExp(source), bits);
}

/**
 * Replaces `RegExp` inside jsonata. jsonata's `timeout` cannot stop a backtracking regex, so a linear-time engine runs
 * them all (JSONata's guardrails, option `RegexEngine`). jsonata uses only `lastIndex` and `exec`.
 */
export class LinearRegex {
	lastIndex = 0;
	readonly #re2: RE2JS;

	constructor(literal: RegExp) {
		const known = compiled.get(literal);
		this.#re2 = known ?? compileLinear(literal.source, literal.flags);
		if (known === undefined) compiled.set(literal, this.#re2);
	}

	/** The first match from `lastIndex` on, like `RegExp.exec` with the flag `g`. */
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
