import type { Findings } from "../findings/findings.ts";
import type { ErrorLine, FailedStep, LogReading, PatternFact } from "./log-reading.ts";

/** One of several logs, with the lines above and below its excerpt. */
export interface NamedReading {
	readonly reading: LogReading;
	/** One line: the log's title. */
	readonly title: string;
	/** One line: why the log is incomplete. */
	readonly cut?: string;
}

/** In a reading of an earlier version. */
const UNKNOWN_STEP: FailedStep = { commands: [], failed: [], errors: [], last: [] };

/**
 * Joins several logs as if they were concatenated: counts add up, line numbers continue, the first failed step wins.
 * Several excerpts get titles.
 */
export function joinReadings(logs: readonly NamedReading[]): LogReading {
	const patterns: Record<string, PatternFact> = {};
	const steps: FailedStep[] = [];
	let lines = 0;
	for (const { reading } of logs) {
		const before = { lines, logs: steps.length };
		for (const [key, fact] of Object.entries(reading.patterns)) patterns[key] = add(patterns[key], fact, before);
		lines += reading.lines;
		steps.push(...(reading.steps ?? [UNKNOWN_STEP]));
	}
	const findings = logs.flatMap(({ reading }, log) => {
		const before = { lines: sum(logs.slice(0, log).map(({ reading: { lines: own } }) => own)), logs: log };
		return (reading.findings ?? []).map((found) => behindFindings(found, before));
	});
	const failed_step = logs.map(({ reading }) => reading.failed_step).find((step) => step !== undefined);
	return {
		lines,
		bytes: logs.reduce((sum, { reading }) => sum + reading.bytes, 0),
		patterns,
		...(failed_step !== undefined && { failed_step }),
		...(findings.length > 0 && { findings }),
		...(logs.some(({ reading }) => reading.steps !== undefined) && { steps }),
		gave_up: [...new Set(logs.flatMap(({ reading }) => reading.gave_up))],
		excerpt: logs.map((log) => excerptOf(log, logs.length > 1)).join("\n\n"),
	};
}

interface Before {
	readonly lines: number;
	readonly logs: number;
}

function add(sum: PatternFact | undefined, fact: PatternFact, before: Before): PatternFact {
	const error = sum?.error ?? (fact.error && behind(fact.error, before));
	return {
		count: (sum?.count ?? 0) + fact.count,
		errors: (sum?.errors ?? 0) + fact.errors,
		first: sum?.first ?? fact.first + before.lines,
		last: fact.last + before.lines,
		...(error !== undefined && { error }),
	};
}

function behind({ log, line, ...shown }: ErrorLine, before: Before): ErrorLine {
	return { log: log + before.logs, line: line + before.lines, ...shown };
}

function behindFindings({ log, first, last, ...found }: Findings, before: Before): Findings {
	return { ...found, log: log + before.logs, first: first + before.lines, last: last + before.lines };
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, one) => total + one, 0);
}

function excerptOf({ reading, title, cut }: NamedReading, isOneOfSeveral: boolean): string {
	const above = isOneOfSeveral ? [`=== ${title} ===`] : [];
	const below = cut === undefined ? [] : [`[... ${cut} ...]`];
	return [...above, reading.excerpt, ...below].join("\n");
}
