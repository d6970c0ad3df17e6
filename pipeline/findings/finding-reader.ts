import { readDetail } from "./detail-lines.ts";
import { mayBeDiagnostic, readDiagnostic } from "./diagnostic-lines.ts";
import { type Finding, idOf, LONGEST_LINE, withoutParents } from "./finding.ts";
import { type FindingForm, type Findings, isTestForm } from "./findings.ts";
import { FoundSoFar } from "./found-so-far.ts";
import { findMessages, MOST_MESSAGES } from "./message-lines.ts";
import { mayBeTestLine, readTestLine } from "./test-lines.ts";

/** What the reader asks of a line of a log. */
export interface ReadLine {
	readonly text: string;
	/** Its number in the log, from 1. */
	readonly line: number;
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

	/** The line's first visible character is at `at` in `source`. Most lines neither begin a finding nor belong to one. */
	read(line: ReadLine, source: string, at: number): void {
		const { open, findings } = this.#found;
		const mayCount =
			open !== undefined || mayBeTestLine(source, at, findings.length > 0) || mayBeDiagnostic(source, at);
		if (mayCount) readLine(this.#found, line);
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
