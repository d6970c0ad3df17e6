import { readDetail } from "./detail-lines.ts";
import { DIAGNOSTICS_BEGIN, mayBeDiagnostic, readDiagnostic } from "./diagnostic-lines.ts";
import { type Finding, idOf, LONGEST_LINE, withoutParents } from "./finding.ts";
import { type FindingForm, type Findings, isTestForm } from "./findings.ts";
import { FoundSoFar } from "./found-so-far.ts";
import { findMessages, MOST_MESSAGES } from "./message-lines.ts";
import { mayBeTestLine, readTestLine, TEST_LINES_BEGIN } from "./test-lines.ts";

/** What the reader asks of a line of a log. */
export interface ReadLine {
	readonly text: string;
	/** Its number in the log, from 1. */
	readonly line: number;
}

/**
 * 1: a finding may begin with these two characters of ASCII; a table, as it is asked of every line of every log. The first is in
 * the upper bits.
 */
const MAY_BEGIN = new Uint8Array(128 * 128);
for (const beginning of [...TEST_LINES_BEGIN, ...DIAGNOSTICS_BEGIN]) {
	const [first, second] = [beginning.charCodeAt(0), beginning.charCodeAt(1)];
	if (first >= 128 || second >= 128) continue;
	if (beginning.length > 1) MAY_BEGIN[first * 128 + second] = 1;
	else MAY_BEGIN.fill(1, first * 128, (first + 1) * 128);
}

/** Findings of one form that a fingerprint may need. */
const MOST_IDS = 12;

/** Collects the findings of the step that a log is in, line by line. Their number is bounded for any log. */
export class FindingReader {
	#found = new FoundSoFar();

	/** A new step begins. */
	startStep(): void {
		this.#found = new FoundSoFar();
	}

	/** The line is from `at`, its first visible character, to `end` in `source`. Most lines neither begin a finding nor belong to one. */
	read(line: ReadLine, source: string, at: number, end: number): void {
		if (this.#found.open !== undefined || this.#mayBegin(source, at, end)) readLine(this.#found, line);
	}

	#mayBegin(source: string, at: number, end: number): boolean {
		const [first, second] = [source.charCodeAt(at), source.charCodeAt(at + 1)];
		if (first < 128 && second < 128 && MAY_BEGIN[first * 128 + second] === 0) return false;
		return mayBeTestLine(source, at, end, this.#found.findings.length > 0) || mayBeDiagnostic(source, at);
	}

	/**
	 * What was found so far. `newest` are the last lines, the newest first: only among them are messages searched, and errors that begin
	 * with a file; and what is printed above a failing test.
	 */
	findings(newest: readonly ReadLine[]): readonly Findings[] {
		const near = new FoundSoFar();
		for (const line of newest.toReversed()) readLine(near, line);
		const found = joinFound(this.#found.findings, near.findings).filter(isPlaced);
		const byForm = Map.groupBy([...found, ...findMessages(newest)], ({ form }) => form);
		return [...byForm].map(([form, own]) => summarize(form, own));
	}
}

function readLine(found: FoundSoFar, { text, line: at }: ReadLine): void {
	const start = text.slice(0, LONGEST_LINE);
	if (readTestLine(found, start.trim(), at) || readDiagnostic(found, start, at)) return;
	readDetail(found, start, at);
}

/** Tests that passed since are none of these; the newest lines say more of a test, and name more errors. */
function joinFound(all: readonly Finding[], near: readonly Finding[]): readonly Finding[] {
	const isSame = (one: Finding, other: Finding) =>
		one.form === other.form && one.name === other.name && one.scope === other.scope;
	const own = all.map((one) => {
		const again = isTestForm(one.form) ? near.find((other) => isSame(one, other)) : undefined;
		return again !== undefined && again.details.length > one.details.length ? again : one;
	});
	return [...own, ...near.filter(({ form }) => !isTestForm(form) || form === "gradle")];
}

/** An error whose file never came is a message, if anything. */
function isPlaced({ form, scope }: Finding): boolean {
	return form !== "diagnostic" || scope !== "";
}

function summarize(form: FindingForm, own: readonly Finding[]): Findings {
	const ids = [...new Set(withoutParents(own).map(idOf))].filter((id) => id !== "");
	return {
		log: 0,
		form,
		first: Math.min(...own.map(({ line }) => line)),
		last: Math.max(...own.map(({ last }) => last)),
		count: ids.length,
		ids: form === "message" ? ids.slice(-MOST_MESSAGES) : ids.sort().slice(0, MOST_IDS),
	};
}
