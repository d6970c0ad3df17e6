/**
 * One pattern to search for within each line. A text is matched literally, ignoring case; `exact` is a text as it is
 * printed, in upper and lower case; a regex is RE2 syntax (linear time: no look-around, no back-references).
 */
export type LogPattern =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "exact"; readonly text: string }
	| { readonly kind: "regex"; readonly source: string; readonly flags: string };

/** The pattern's name in facts and artefacts: `clippy::` for a text, `/error\[E\d+\]/i` for a regex. */
export function patternKey(pattern: LogPattern): string {
	switch (pattern.kind) {
		case "text":
			return pattern.text;
		case "exact":
			return `exactly ${pattern.text}`;
		default:
			return `/${pattern.source}/${pattern.flags}`;
	}
}

/**
 * A pattern with literals, such that every match contains at least one of them (lower-cased, not empty). The build
 * computes them, so all patterns are searched in one pass and regexes run only on lines with a literal.
 */
export interface SearchablePattern {
	readonly pattern: LogPattern;
	readonly literals: readonly string[];
	/** Not used by `$log`: it is tried and counted in the error zone alone. Absent means false; a text ignores it. */
	readonly onlyErrors?: boolean;
}
