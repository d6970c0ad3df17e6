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
 * A pattern with literals, such that every match contains at least one of them (not empty). The build computes them, so all
 * patterns are searched in one pass and regexes run only on lines with a literal.
 */
export interface SearchablePattern {
	readonly pattern: LogPattern;
	readonly literals: readonly string[];
	/** A match has a literal as it is spelled. Absent means false: the literals are in lower case, and case does not count. */
	readonly spelled?: boolean;
	/** Not used by `$log`: it is tried and counted in the error zone alone. Absent means false; a text ignores it. */
	readonly onlyErrors?: boolean;
}

/**
 * A pattern as an artefact has it. Thousands are what tools print, searched for in the error zone alone: of these, an exact text
 * stands for itself, and a regex is a list of its key and its literals; `spelled`, unless the regex ignores case. A large
 * artefact takes long to load.
 */
export type WrittenPattern = string | readonly [key: string, ...literals: string[]] | SearchablePattern;

export function writtenPattern(searchable: SearchablePattern): WrittenPattern {
	const { pattern, literals, spelled = false, onlyErrors } = searchable;
	if (onlyErrors !== true || pattern.kind === "text") return searchable;
	if (pattern.kind === "exact") return pattern.text;
	return spelled === isSpelled(pattern.flags) ? [patternKey(pattern), ...literals] : searchable;
}

export function readPattern(written: WrittenPattern): SearchablePattern {
	if (typeof written === "string") {
		const literals = written === "" ? [] : [written.toLowerCase()];
		return { pattern: { kind: "exact", text: written }, literals, onlyErrors: true };
	}
	if (!isRegex(written)) return written;
	const [key, ...literals] = written;
	const end = key.lastIndexOf("/");
	const flags = key.slice(end + 1);
	const pattern = { kind: "regex", source: key.slice(1, end), flags } as const;
	return { pattern, literals, spelled: isSpelled(flags), onlyErrors: true };
}

function isSpelled(flags: string): boolean {
	return !flags.includes("i");
}

/** The key of a written pattern (see `patternKey`). */
export function writtenKey(written: WrittenPattern): string {
	if (typeof written === "string") return patternKey({ kind: "exact", text: written });
	return isRegex(written) ? written[0] : patternKey(written.pattern);
}

function isRegex(written: Exclude<WrittenPattern, string>): written is readonly [string, ...string[]] {
	return Array.isArray(written);
}
