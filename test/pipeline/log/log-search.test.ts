import { RE2JS } from "re2js";
import { describe, expect, it, vi } from "vitest";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";

const search = () =>
	compileLogSearch([
		{
			pattern: { kind: "regex", source: "failed to sync \\w+", flags: "i" },
			literals: ["failed to sync "],
		},
	]);

describe("a regex whose literal begins like a line's words", () => {
	it("is compiled only for a line that has all of the literal", () => {
		const compile = vi.spyOn(RE2JS, "compile");
		const { test } = search();
		expect(test(0, "failed to synchronise the clock")).toBe(false);
		expect(compile).not.toHaveBeenCalled();
		expect(test(0, "error: Failed to SYNC shop")).toBe(true);
		expect(compile).toHaveBeenCalledTimes(1);
		compile.mockRestore();
	});

	it("finds what RE2 takes for the same letter", () => {
		expect(search().test(0, "failed to \u017fync shop")).toBe(true);
		expect(search().test(0, "failed to xync shop")).toBe(false);
	});
});

it("reads a regex as it is admitted and as `$error` reads it: in JavaScript's syntax", () => {
	const { test } = compileLogSearch([{ pattern: { kind: "regex", source: "\\u2716 \\d+", flags: "" }, literals: [] }]);
	expect(test(0, "\u2716 3 problems")).toBe(true);
	expect(test(0, "3 problems")).toBe(false);
});

it("reads each line anew, also the one before the last", () => {
	const { test } = search();
	const lines = ["failed to sync shop", "nothing", "failed to sync shop", "Failed to Sync bar"];
	expect(lines.map((line) => test(0, line))).toEqual([true, false, true, true]);
});
