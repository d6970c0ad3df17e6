import type { LogPattern } from "../log/log-pattern.ts";
import { compileLinear } from "../text/compile-linear.ts";

/**
 * A regex literal among the arguments of `$log` and similar functions. jsonata would pass a matching function; the tree
 * is changed to pass this pattern instead.
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

/** The patterns in the arguments: texts, regex literals, and lists of them; undefined for anything else. */
export function patternsOf(args: readonly unknown[]): (LogPattern | PatternLiteral)[] | undefined {
	const patterns: (LogPattern | PatternLiteral)[] = [];
	for (const arg of args.flat()) {
		if (typeof arg === "string" && arg !== "") patterns.push({ kind: "text", text: arg });
		else if (arg instanceof PatternLiteral) patterns.push(arg);
		else return undefined;
	}
	return patterns;
}

/** Whether this short text contains the pattern. Text patterns ignore case. */
export function patternIn(pattern: LogPattern | PatternLiteral, text: string): boolean {
	if (pattern instanceof PatternLiteral) return pattern.test(text);
	if (pattern.kind === "exact") return text.includes(pattern.text);
	if (pattern.kind === "text") return text.toLowerCase().includes(pattern.text.toLowerCase());
	return compileLinear(pattern.source, pattern.flags).test(text);
}
