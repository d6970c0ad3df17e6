/**
 * One thing to look for in a log, within one line. A text is found as it stands, ignoring case; a regex is RE2
 * syntax (linear time: no look-around, no back-references).
 */
export type LogPattern =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "regex"; readonly source: string; readonly flags: string };

/** The pattern's name in facts and artefacts: `clippy::` for a text, `/error\[E\d+\]/i` for a regex. */
export function patternKey(pattern: LogPattern): string {
	return pattern.kind === "text" ? pattern.text : `/${pattern.source}/${pattern.flags}`;
}

/**
 * A pattern with the literals one of which every match must contain (lower-cased, at least one character each).
 * Found at build time, so that all patterns are searched in one pass and regexes only run on lines with a literal.
 */
export interface SearchablePattern {
	readonly pattern: LogPattern;
	readonly literals: readonly string[];
	/** Only asked for among errors: a regex is then tried, and counted, in the error zone alone. Absent means false. */
	readonly only_errors?: boolean;
}
