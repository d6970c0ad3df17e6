import { readLogText } from "./log-reader.ts";
import type { LogReading } from "./log-reading.ts";
import type { LogSearch } from "./log-search.ts";

/** The excerpt's mark of missing lines. */
const CUT = /^\[\.\.\. [\d,]+ lines? cut \.\.\.\]$/m;

/**
 * Reinterprets a kept reading for another pipeline after the log is gone. For patterns that were searched then
 * (`searched`, by key) the facts are known; for others, only what the excerpt shows. What it does not show is unknown,
 * unless the excerpt is the whole log.
 */
export function rereadLog(search: LogSearch, kept: LogReading, searched: readonly string[]): LogReading {
	const wasSearched = new Set(searched);
	const shown = readLogText(search, kept.excerpt);
	const known = search.keys.filter((key) => wasSearched.has(key));
	const others = search.keys.filter((key) => !wasSearched.has(key));
	const hidden = CUT.test(kept.excerpt) ? others.filter((key) => !Object.hasOwn(shown.patterns, key)) : [];
	return {
		...kept,
		patterns: { ...only(kept.patterns, known), ...only(atEnd(shown, kept.lines), others) },
		gave_up: [...known.filter((key) => kept.gave_up.includes(key)), ...hidden],
	};
}

/** The excerpt ends where the log does: its lines get the numbers that they had there, as far as that is known. */
function atEnd({ patterns, lines }: LogReading, linesOfLog: number): LogReading["patterns"] {
	const before = Math.max(0, linesOfLog - lines);
	return Object.fromEntries(
		Object.entries(patterns).map(([key, { error, ...fact }]) => [
			key,
			{ ...fact, ...(error !== undefined && { error: { ...error, line: error.line + before } }) },
		]),
	);
}

function only<T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Readonly<Record<string, T>> {
	const wanted = new Set(keys);
	return Object.fromEntries(Object.entries(record).filter(([key]) => wanted.has(key)));
}
