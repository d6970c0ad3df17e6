import { expect, it } from "vitest";
import { logLiterals, spelledLiterals } from "../../../pipeline/build/checks/log-literals.ts";
import { readPattern, type SearchablePattern, writtenKey, writtenPattern } from "../../../pipeline/log/log-pattern.ts";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";
import { readLog, regex } from "./github-log.ts";

const regexOf = (source: string, flags = "") => ({ kind: "regex", source, flags }) as const;

it.each<[SearchablePattern, unknown]>([
	[{ pattern: { kind: "exact", text: "No space" }, literals: ["no space"], onlyErrors: true }, "No space"],
	[{ pattern: regexOf("a/b \\d", "m"), literals: ["a/b "], spelled: true, onlyErrors: true }, ["/a/b \\d/m", "a/b "]],
	[
		{ pattern: regexOf("Oops \\d", "i"), literals: ["oops "], spelled: false, onlyErrors: true },
		["/Oops \\d/i", "oops "],
	],
])("writes what a tool prints short, and reads it back: %j", (pattern, written) => {
	expect(writtenPattern(pattern)).toEqual(written);
	expect(readPattern(writtenPattern(pattern))).toEqual(pattern);
	expect(writtenKey(writtenPattern(pattern))).toBe(writtenKey(pattern));
});

it.each<SearchablePattern>([
	{ pattern: { kind: "text", text: "no space" }, literals: ["no space"], onlyErrors: true },
	{ pattern: { kind: "exact", text: "No space" }, literals: ["no space"], onlyErrors: false },
	{ pattern: regexOf("oops \\d"), literals: ["oops "], onlyErrors: true },
])("writes any other pattern in full, as older artefacts have it: %j", (pattern) => {
	expect(writtenPattern(pattern)).toBe(pattern);
	expect(readPattern(pattern)).toBe(pattern);
});

it("spells literals as the regex does, unless case does not count", () => {
	expect(spelledLiterals(regexOf("COMPLETED \\d+ FILES"))).toEqual(["COMPLETED "]);
	expect(spelledLiterals(regexOf("[Cc]ould not find"))).toEqual(["Could not find", "could not find"]);
	expect(spelledLiterals(regexOf("COMPLETED \\d+", "i"))).toBeUndefined();
	expect(spelledLiterals(regexOf("(?i:completed) \\d+"))).toBeUndefined();
	expect(logLiterals(regexOf("COMPLETED \\d+ FILES"))).toEqual(["completed "]);
});

it("tries a regex with spelled literals only on a line that spells one so", () => {
	const { test } = compileLogSearch([["/COMPLETED \\d+ FILES|completed [A-Z]/", "COMPLETED "]]);
	expect(test(0, "COMPLETED 3 FILES")).toBe(true);
	expect(test(0, "completed X")).toBe(false);
});

it("tries a regex of tools without a literal in the error zone, and takes no other line for more than progress", () => {
	const unprompted = { ...regex("^[EW]\\d{4} ", ""), onlyErrors: true };
	const { patterns, excerpt } = readLog("10%\r20%\rE1234 no such property\n##[error]exit 1\n", [unprompted]);
	expect(patterns).toMatchObject({ "/^[EW]\\d{4} /": { errors: 1 } });
	expect(excerpt).not.toContain("20%");
});
