import type { LogReading, PatternFact } from "./log-reading.ts";

/** One of several logs, with the lines above and below its excerpt. */
export interface NamedReading {
	readonly reading: LogReading;
	/** One line: the log's title. */
	readonly title: string;
	/** One line: why the log is incomplete. */
	readonly cut?: string;
}

/**
 * Joins several logs as if they were concatenated: counts add up, line numbers continue, the first failed step wins.
 * Several excerpts get titles.
 */
export function joinReadings(logs: readonly NamedReading[]): LogReading {
	const patterns: Record<string, PatternFact> = {};
	let lines = 0;
	for (const { reading } of logs) {
		for (const [key, fact] of Object.entries(reading.patterns)) patterns[key] = add(patterns[key], fact, lines);
		lines += reading.lines;
	}
	const failed_step = logs.map(({ reading }) => reading.failed_step).find((step) => step !== undefined);
	return {
		lines,
		bytes: logs.reduce((sum, { reading }) => sum + reading.bytes, 0),
		patterns,
		...(failed_step !== undefined && { failed_step }),
		gave_up: [...new Set(logs.flatMap(({ reading }) => reading.gave_up))],
		excerpt: logs.map((log) => excerptOf(log, logs.length > 1)).join("\n\n"),
	};
}

function add(sum: PatternFact | undefined, fact: PatternFact, linesBefore: number): PatternFact {
	return {
		count: (sum?.count ?? 0) + fact.count,
		errors: (sum?.errors ?? 0) + fact.errors,
		first: sum?.first ?? fact.first + linesBefore,
		last: fact.last + linesBefore,
	};
}

function excerptOf({ reading, title, cut }: NamedReading, isOneOfSeveral: boolean): string {
	const above = isOneOfSeveral ? [`=== ${title} ===`] : [];
	const below = cut === undefined ? [] : [`[... ${cut} ...]`];
	return [...above, reading.excerpt, ...below].join("\n");
}
