import { LiteralAutomaton } from "../literals/literal-automaton.ts";
import type { OwnedLiteral } from "../literals/literal-trie.ts";
import { compileLinear } from "../text/compile-linear.ts";
import { copyString } from "../text/copy-string.ts";
import { readPattern, type SearchablePattern, type WrittenPattern, writtenKey } from "./log-pattern.ts";

/** All patterns of a pipeline, prepared for a single pass. Built once per pipeline; readers share it. */
export interface LogSearch {
	/** Pattern keys (see `patternKey`); everywhere else a pattern is its index here. */
	readonly keys: readonly string[];
	/** Reports the patterns with a literal in a line. For a text pattern, that is the match. */
	readonly automaton: LiteralAutomaton;
	/** 1 for patterns whose literal is not yet a match: `test` decides. */
	readonly isTested: Uint8Array;
	/** 1 for those that count in the error zone alone: they are not tested elsewhere. */
	readonly onlyErrors: Uint8Array;
	/** Regexes without a literal: every line is a candidate. */
	readonly unprompted: readonly number[];
	/** The same of those that count in the error zone alone: the scan does not report them. */
	readonly unpromptedInErrors: readonly number[];
	/** Whether the line matches the regex. Time is linear in its length. */
	test(pattern: number, line: string): boolean;
}

/**
 * Prepares the search. The automaton is built as logs are read, each regex for the first candidate line. That is when
 * an invalid RE2 regex throws.
 */
export function compileLogSearch(patterns: readonly WrittenPattern[]): LogSearch {
	const byKey = new Map<string, WrittenPattern>();
	for (const written of patterns) byKey.set(writtenKey(written), written);
	const unique = [...byKey.values()];
	const isTested = new Uint8Array(unique.length);
	const onlyErrors = new Uint8Array(unique.length);
	const unprompted: number[] = [];
	const unpromptedInErrors: number[] = [];
	for (let index = 0; index < unique.length; index++) {
		const written = unique[index] as WrittenPattern;
		isTested[index] = isText(written) ? 0 : 1;
		onlyErrors[index] = !isText(written) && isForErrors(written) ? 1 : 0;
		if (isUnprompted(written)) (onlyErrors[index] === 1 ? unpromptedInErrors : unprompted).push(index);
	}
	const compiled: (Test | undefined)[] = [];
	const fold = foldOnce();
	let automaton: LiteralAutomaton | undefined;
	return {
		keys: [...byKey.keys()],
		get automaton() {
			automaton ??= new LiteralAutomaton(literalsOf(unique));
			return automaton;
		},
		isTested,
		onlyErrors,
		unprompted,
		unpromptedInErrors,
		test(pattern, line) {
			const test = compiled[pattern] ?? compileTest(unique[pattern], fold);
			compiled[pattern] = test;
			return test(line);
		},
	};
}

/** Whether its literal is the match. */
function isText(written: WrittenPattern): boolean {
	return typeof written === "object" && "pattern" in written && written.pattern.kind === "text";
}

function isForErrors(written: WrittenPattern): boolean {
	return typeof written === "string" || !("pattern" in written) || written.onlyErrors === true;
}

function isUnprompted(written: WrittenPattern): boolean {
	if (typeof written === "string") return false;
	if (!("pattern" in written)) return written.length === 1;
	return written.pattern.kind === "regex" && written.literals.length === 0;
}

function literalsOf(patterns: readonly WrittenPattern[]): OwnedLiteral[] {
	const found: OwnedLiteral[] = [];
	for (let owner = 0; owner < patterns.length; owner++) {
		const written = patterns[owner] as WrittenPattern;
		if (typeof written === "string") addLiterals(found, [written], owner, ENOUGH);
		else if (!("pattern" in written)) addLiterals(found, written.slice(1), owner, ENOUGH);
		else {
			const { pattern, literals } = written;
			const most = pattern.kind === "text" ? Number.POSITIVE_INFINITY : ENOUGH;
			addLiterals(found, pattern.kind === "regex" ? literals : [pattern.text], owner, most);
		}
	}
	return found;
}

function addLiterals(found: OwnedLiteral[], texts: readonly string[], owner: number, most: number): void {
	let before = "";
	for (const text of texts) {
		if (!isInOneLine(text)) continue;
		const searched = text.slice(0, most);
		// `success / 1`, `success / 2` ... begin alike.
		if (searched !== before) found.push({ text: searched, owner });
		before = searched;
	}
}

/**
 * The beginning of a literal tells lines apart as well as all of it, where the line is tested anyway: with ten characters, an
 * ordinary log has 0.6 candidates a line instead of 0.5, and the automaton a quarter of its states.
 */
const ENOUGH = 10;

/** Patterns match within one line: a text with a line end never matches, and an empty one would match everywhere. */
function isInOneLine(text: string): boolean {
	return text !== "" && !text.includes("\n") && !text.includes("\r");
}

type Test = (line: string) => boolean;
type Fold = (line: string) => string;

function compileTest(written: WrittenPattern | undefined, fold: Fold): Test {
	const entry: SearchablePattern | undefined = written === undefined ? undefined : readPattern(written);
	if (entry === undefined || entry.pattern.kind === "text") throw new Error("The automaton alone finds such a text.");
	const { pattern } = entry;
	if (pattern.kind === "exact") return (line) => line.includes(pattern.text);
	const mayMatch = hasLiteral(entry, fold);
	let regex: ReturnType<typeof compileLinear> | undefined;
	return (line) => {
		if (!mayMatch(line)) return false;
		regex ??= compileLinear(pattern.source, pattern.flags);
		return regex.test(line);
	};
}

/**
 * Whether all of a literal is in a line: the automaton found the beginning of one. It spares most regexes from being compiled,
 * which takes longer than all that is read of a short log.
 */
function hasLiteral({ literals, spelled }: SearchablePattern, fold: Fold): Test {
	const inOneLine = literals.filter(isInOneLine);
	if (inOneLine.length === 0) return () => true;
	if (spelled === true) return (line) => inOneLine.some((literal) => line.includes(literal));
	const searched = inOneLine.map(foldCase);
	if (!searched.every(isAscii)) return () => true;
	return (line) => {
		const text = fold(line);
		return searched.some((literal) => text.includes(literal));
	};
}

const isAscii = (text: string) => /^[ -~\t]*$/.test(text);

/** RE2 takes U+017F for an `s` and U+212A for a `k`; through upper case, both become one. */
const foldCase = (text: string) => text.toUpperCase().toLowerCase();

/** Near an error, a line is a candidate of nine regexes, one after the other. */
function foldOnce(): Fold {
	let known = "";
	let folded = "";
	return (line) => {
		if (line !== known) {
			// No view into the log: this outlives it.
			known = copyString(line);
			folded = foldCase(known);
		}
		return folded;
	};
}
