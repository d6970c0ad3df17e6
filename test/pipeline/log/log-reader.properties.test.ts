import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../support/tiers/at-size.ts";
import { readLog, regex, text } from "./github-log.ts";

const patterns = [
	text("boom"),
	text("error"),
	text("ERR!"),
	regex("boom (\\d)", "i", "boom "),
	regex("^err", "", "err"),
	regex("x$", "i", "x"),
];

/** The same patterns as a script would test them, line by line. */
const tests: readonly [string, RegExp][] = [
	["boom", /boom/i],
	["error", /error/i],
	["ERR!", /err!/i],
	["/boom (\\d)/i", /boom (\d)/i],
	["/^err/", /^err/],
	["/x$/i", /x$/i],
];

const word = fc.constantFrom(
	"boom",
	"Boom 1",
	"error",
	"err",
	"npm ERR!",
	"x",
	"X",
	"é",
	"\ud83d\ude00",
	" ",
	"\t",
	"2",
);
const colour = fc.constantFrom("\u001b[31m", "\u001b[0m", "\u001b]8;;u\u001b\\", "\u001b[36;1m");
const stamp = "2026-03-01T10:00:00.1234567Z ";
/** Timestamps may be missing; columns are on every line or on none. */
const prefixes = fc.constantFrom(
	["", stamp, `\ufeff${stamp}`],
	[`job\tstep\t${stamp}`, `job\tst\u00e9p\t\ufeff${stamp}`],
);
const mark = fc.constantFrom(
	"##[group]Run make",
	"##[group]Build",
	"##[endgroup]",
	"##[error]boom",
	"##[error]Process completed with exit code 1.",
	"shell: bash",
	"[command]boom",
	"Post job cleanup.",
	"::error::x",
);
const body = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.array(fc.oneof({ weight: 5, arbitrary: word }, { weight: 1, arbitrary: colour }), { maxLength: 8 }),
	},
	{ weight: 1, arbitrary: mark.map((line) => [line]) },
);
const log = prefixes.chain((before) =>
	fc
		.array(fc.tuple(fc.constantFrom(...before), body, fc.constantFrom("\n", "\n", "\n", "\r\n", "\r")), {
			maxLength: 60,
		})
		.map((lines) => lines.map(([prefix, parts, end]) => prefix + parts.join("") + end).join("")),
);

describe("createLogReader", () => {
	it("gives the same reading wherever the chunks end", () => {
		const limits = {
			zone_lines: 4,
			longest_line: 32,
			count: 5,
			regex_characters: 200,
			zone_regex_characters: 200,
			excerpt_bytes: 600,
			excerpt_lines: 20,
		};
		fc.assert(
			fc.property(log, fc.array(fc.nat(), { maxLength: 12 }), (whole, places) => {
				const cuts = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
				const chunks = cuts.slice(1).map((cut, i) => whole.slice(cuts[i], cut));
				expect(readLog(chunks, patterns, limits)).toStrictEqual(readLog(whole, patterns, limits));
				expect(readLog([...whole], patterns, limits)).toStrictEqual(readLog(whole, patterns, limits));
			}),
			{ numRuns: runs(500) },
		);
	});

	it("counts the same as testing each pattern on each stripped line", () => {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters.
		const escapes = /\x1b(?:\[[\d;]*m|\]8;;u\x1b\\)/g;
		const before = /^(?:job\tst[e\u00e9]p\t)?\ufeff?2026-\S+Z ?/;
		fc.assert(
			fc.property(log, (whole) => {
				const lines = whole.split(/\r+\n?|\n/);
				if (lines.at(-1) === "") lines.pop();
				const stripped = lines.map((each) => each.replace(before, "").replace(escapes, ""));
				const wanted = tests.flatMap(([key, regexp]) => {
					const at = stripped.flatMap((each, i) => (regexp.test(each) ? [i + 1] : []));
					return at.length === 0 ? [] : [[key, { count: at.length, first: at[0], last: at.at(-1) }]];
				});
				const reading = readLog(whole, patterns);
				const counted = Object.entries(reading.patterns).map(([key, { count, first, last }]) => [
					key,
					{ count, first, last },
				]);
				expect(counted).toStrictEqual(wanted);
				expect(reading.lines).toBe(lines.length);
				expect(reading.bytes).toBe(Buffer.byteLength(whole));
				expect(reading.gave_up).toStrictEqual([]);
			}),
			{ numRuns: runs(1000) },
		);
	});

	it("counts in the error zone the lines before a mark, and after the last mark without a step end, without repeats", () => {
		const zoneLine = fc.constantFrom(
			"boom",
			"boom 1",
			"fine",
			"error",
			"",
			"##[error]boom",
			"##[error]Process completed with exit code 1.",
			"##[error]other",
		);
		fc.assert(
			fc.property(fc.array(zoneLine, { maxLength: 40 }), (lines) => {
				const { patterns: facts } = readLog(lines.join("\n"), patterns, { zone_lines: 3 });
				expect(facts.boom?.errors ?? 0).toBe(naiveErrors(lines, 3));
			}),
			{ numRuns: runs(1000) },
		);
	});

	it("keeps the excerpt within its budget", () => {
		fc.assert(
			fc.property(log, fc.integer({ min: 100, max: 2000 }), fc.integer({ min: 5, max: 50 }), (whole, bytes, lines) => {
				const { excerpt } = readLog(whole, patterns, { excerpt_bytes: bytes, excerpt_lines: lines });
				expect(Buffer.byteLength(excerpt)).toBeLessThanOrEqual(bytes);
				expect(excerpt.split("\n").length).toBeLessThanOrEqual(lines);
				expect(excerpt.isWellFormed()).toBe(true);
			}),
			{ numRuns: runs(500) },
		);
	});
});

/**
 * How many lines with "boom" are marked, or are among the last `size` runs of equal lines before a mark in the same
 * step. If no mark ends a step, the last `size` after the last mark count too.
 */
function naiveErrors(lines: readonly string[], size: number): number {
	const runs: { line: string; count: number }[] = [];
	for (const each of lines.filter((candidate) => candidate !== "")) {
		const last = runs.at(-1);
		if (last?.line === each) last.count++;
		else runs.push({ line: each, count: 1 });
	}
	const isEnd = (each: string) => each.startsWith("##[error]Process");
	const isMark = runs.some((run) => isEnd(run.line)) ? isEnd : (each: string) => each.startsWith("##[error]");
	const zone = new Set<number>();
	runs.forEach((run, at) => {
		if (run.line.startsWith("##[error]")) zone.add(at);
		if (!isMark(run.line)) return;
		for (let i = at - 1; i >= 0 && i >= at - size && !isEnd(runs[i]?.line ?? ""); i--) zone.add(i);
	});
	if (!runs.some((run) => isEnd(run.line))) {
		const behind = runs.findLastIndex((run) => isMark(run.line)) + 1;
		for (let i = Math.max(behind, runs.length - size); i < runs.length; i++) zone.add(i);
	}
	return runs.reduce((sum, run, at) => sum + (zone.has(at) && run.line.includes("boom") ? run.count : 0), 0);
}
