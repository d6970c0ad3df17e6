import type { LogPattern } from "../log/log-pattern.ts";
import { compileLinear } from "./linear-regex.ts";

/**
 * A regex literal among the arguments of `$log` and the like. jsonata would hand over a function that matches; the
 * expression's tree is changed so that it hands over this instead, the pattern itself.
 */
export class PatternLiteral {
	readonly kind = "regex";
	readonly source: string;
	readonly flags: string;
	#compiled: ReturnType<typeof compileLinear> | undefined;

	constructor(regex: RegExp) {
		this.source = regex.source;
		// jsonata adds `g` to all its regexes.
		this.flags = regex.flags.replace("g", "");
	}

	test(text: string): boolean {
		this.#compiled ??= compileLinear(this.source, this.flags);
		return this.#compiled.test(text);
	}
}

/** The patterns that arguments name: texts, regex literals, and lists of them; undefined if something else is there. */
export function patternsOf(args: readonly unknown[]): (LogPattern | PatternLiteral)[] | undefined {
	const patterns: (LogPattern | PatternLiteral)[] = [];
	for (const arg of args.flat()) {
		if (typeof arg === "string" && arg !== "") patterns.push({ kind: "text", text: arg });
		else if (arg instanceof PatternLiteral) patterns.push(arg);
		else return undefined;
	}
	return patterns;
}

/** Is the pattern in this short text? Case is ignored for a text pattern. */
export function patternIn(pattern: LogPattern | PatternLiteral, text: string): boolean {
	if (pattern instanceof PatternLiteral) return pattern.test(text);
	if (pattern.kind === "text") return text.toLowerCase().includes(pattern.text.toLowerCase());
	return compileLinear(pattern.source, pattern.flags).test(text);
}
