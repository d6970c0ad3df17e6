import { describe, expect, it } from "vitest";
import { markedLines } from "../../page/incident/context/marked-lines.ts";

const READING = {
	excerpt: [
		"##[group]Run cargo clippy",
		"[... 1,204 lines cut ...]",
		"error: this loop never actually loops",
		"  --> src/main.rs:12:5",
		"  = help: see the docs",
		"warning: unused",
		"##[error]Process completed with exit code 101.",
		"",
	].join("\n"),
	steps: [{ errors: ["warning: unused"] }],
	patterns: { "/help/": { error: { text: "  = help: see the docs", headline: "error: another" } } },
};

describe("markedLines", () => {
	it("marks the decisive line, errors, what a rule searched for, and cuts", () => {
		expect(markedLines(READING, "this loop never actually loops").map(({ mark }) => mark)).toEqual([
			...[undefined, "cut", "decisive", undefined, "found", "error", "error"],
		]);
	});

	it("marks no line as decisive when none is known", () => {
		expect(markedLines(READING, undefined)[2]).toEqual({
			text: "error: this loop never actually loops",
			mark: "error",
		});
	});

	it.each([
		[{}],
		[{ excerpt: 7, steps: "x", patterns: [null] }],
		[{ excerpt: null, patterns: { a: 1 }, steps: [null] }],
	])("reads data of another shape: %j", (reading) => {
		expect(() => markedLines(reading, "x")).not.toThrow();
	});
});
