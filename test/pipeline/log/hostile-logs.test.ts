import { describe, expect, it } from "vitest";
import { LOG_LIMITS } from "../../../pipeline/log/log-limits.ts";
import { createLogReader } from "../../../pipeline/log/log-reader.ts";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";
import { readLog, regex, text } from "./github-log.ts";

const MB = 1_000_000;

/** Reads a log and returns on how many characters regexes were tried. */
function effort(log: string, sources: readonly string[]) {
	const search = compileLogSearch(sources.map((source) => regex(source, "i", "a")));
	let characters = 0;
	const reader = createLogReader({
		...search,
		test(pattern, line) {
			characters += line.length;
			return search.test(pattern, line);
		},
	});
	reader.write(log);
	return { reading: reader.end(), characters };
}

const allowed = LOG_LIMITS.regex_characters + LOG_LIMITS.regex_share * MB + LOG_LIMITS.zone_regex_characters;

describe("createLogReader on a hostile log", () => {
	it("bounds regexes on a log that triggers them everywhere, and reports which gave up", () => {
		const sources = Array.from({ length: 50 }, (_, n) => `(a+)+b${n}$`);
		const lines = Array.from({ length: MB / 80 }, (_, n) => `${"a".repeat(70)} ${n}`);
		const { reading, characters } = effort(lines.join("\n"), sources);
		expect(characters).toBeLessThanOrEqual(allowed);
		expect(reading.gave_up).toHaveLength(50);
		expect(reading.patterns).toStrictEqual({});
	});

	it("applies the same bound to regexes that match everywhere", () => {
		const sources = Array.from({ length: 50 }, (_, n) => `a+ \\d{0,${n + 1}}`);
		const lines = Array.from({ length: MB / 80 }, (_, n) => `${"a".repeat(70)} ${n}`);
		const { reading, characters } = effort(lines.join("\n"), sources);
		expect(characters).toBeLessThanOrEqual(allowed);
		expect(Object.keys(reading.patterns).length + reading.gave_up.length).toBeGreaterThanOrEqual(50);
	});

	it("does not let a regex that fails everywhere starve the others", () => {
		const lines = Array.from({ length: MB / 80 }, (_, n) => `${"a".repeat(70)} ${n}`);
		const { reading } = effort([...lines, "a needle", ...lines].join("\n"), ["(a+)+$", "a needle"]);
		expect(reading.gave_up).toStrictEqual(["/(a+)+$/i"]);
	});

	it("searches only the ends of a line of 1 MB", () => {
		const { reading, characters } = effort(`${"a".repeat(MB)}!`, ["(a+)+$", "((a*)*)*b", "a{1,100}b"]);
		expect(characters).toBeLessThanOrEqual(3 * (LOG_LIMITS.longest_line + 1));
		expect(reading).toMatchObject({ lines: 1, bytes: MB + 1, patterns: {}, gave_up: [] });
		expect(reading.excerpt).toBe(`${"a".repeat(480)}[... 999,401 characters cut ...]${"a".repeat(119)}!`);
	});

	it.each([
		["100,000 brackets", "[".repeat(100_000)],
		["a newline each character", "\n".repeat(MB)],
		["a carriage return each character", "a\r".repeat(MB / 2)],
		["escapes that never end", "\u001b]8;;".repeat(MB / 5)],
		["lone surrogates and NUL", "\ud800\u0000\udc00".repeat(MB / 3)],
		["tabs", "\t".repeat(MB)],
		["groups in groups", "##[group]Run a\n".repeat(MB / 15)],
		["nothing but ends of steps", "##[error]Process completed with exit code 1.\n##[error]x\n".repeat(MB / 55)],
	])("reads %s", (_, log) => {
		const { excerpt } = readLog(log, [text("error"), regex("\\[+$", "", "["), regex("(\\t*)*x", "", "\t")]);
		expect(Buffer.byteLength(excerpt)).toBeLessThanOrEqual(LOG_LIMITS.excerpt_bytes);
		expect(excerpt.isWellFormed()).toBe(true);
	});
});
