import { RE2JS } from "re2js";
import { buildLiteralAutomaton, type LiteralAutomaton } from "../literals/literal-automaton.ts";
import type { OwnedLiteral } from "../literals/literal-trie.ts";
import { type LogPattern, patternKey, type SearchablePattern } from "./log-pattern.ts";

/** All patterns of a pipeline, ready for one pass over a log. Made once per pipeline; readers share it. */
export interface LogSearch {
	/** Names of the patterns (see `patternKey`); a pattern is its index here from now on. */
	readonly keys: readonly string[];
	/** Reports the patterns one of whose literals a line has. For a text that is the match itself. */
	readonly automaton: LiteralAutomaton;
	/** 1 for the patterns that a literal alone does not prove: `test` must be asked. */
	readonly isRegex: Uint8Array;
	/** 1 for the regexes that are asked for among errors alone: they need no test elsewhere. */
	readonly onlyErrors: Uint8Array;
	/** Regexes without a literal: every line is a candidate. */
	readonly unprompted: readonly number[];
	/** Does the line have the regex? Linear in its length. */
	test(pattern: number, line: string): boolean;
}

/**
 * Prepares the search. What costs time waits until a log needs it: the automaton for the first log, each regex for the
 * first line that may have it. Then throws on a regex that RE2 does not take.
 */
export function compileLogSearch(patterns: readonly SearchablePattern[]): LogSearch {
	const unique = [...new Map(patterns.map((entry) => [patternKey(entry.pattern), entry])).values()];
	const compiled: (RE2JS | undefined)[] = [];
	let automaton: LiteralAutomaton | undefined;
	return {
		keys: unique.map(({ pattern }) => patternKey(pattern)),
		get automaton() {
			automaton ??= buildLiteralAutomaton(unique.flatMap(literalsOf));
			return automaton;
		},
		isRegex: Uint8Array.from(unique, ({ pattern }) => (pattern.kind === "regex" ? 1 : 0)),
		onlyErrors: Uint8Array.from(unique, ({ pattern, only_errors }) =>
			pattern.kind === "regex" && only_errors === true ? 1 : 0,
		),
		unprompted: unique.flatMap(({ pattern, literals }, i) =>
			pattern.kind === "regex" && literals.length === 0 ? [i] : [],
		),
		test(pattern, line) {
			const regex = compiled[pattern] ?? compileRegex(unique[pattern]?.pattern);
			compiled[pattern] = regex;
			return regex.test(line);
		},
	};
}

function literalsOf({ pattern, literals }: SearchablePattern, owner: number): OwnedLiteral[] {
	const texts = pattern.kind === "text" ? [pattern.text] : literals;
	return texts.filter(isInOneLine).map((text) => ({ text, owner }));
}

/** Patterns are looked for within one line, so a text that spans two is nowhere; an empty one would be everywhere. */
function isInOneLine(text: string): boolean {
	return text !== "" && !/[\r\n]/.test(text);
}

const FLAGS: Readonly<Record<string, number>> = {
	i: RE2JS.CASE_INSENSITIVE,
	m: RE2JS.MULTILINE,
	s: RE2JS.DOTALL,
};

function compileRegex(pattern: LogPattern | undefined): RE2JS {
	if (pattern?.kind !== "regex") throw new Error("Only a regex is tested on a line; a text is found by the automaton.");
	return RE2JS.compile(
		pattern.source,
		[...pattern.flags].reduce((flags, flag) => flags | (FLAGS[flag] ?? 0), 0),
	);
}
