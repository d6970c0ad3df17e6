import { describe, expect, it } from "vitest";
import { githubLog, readLog, step, text } from "./github-log.ts";

const many = (count: number, name = "line") => Array.from({ length: count }, (_, n) => `${name} ${n + 1}`);
const failed = "##[error]Process completed with exit code 1.";

describe("the excerpt", () => {
	it("folds repeated lines", () => {
		const lines = ["start", ...Array(38).fill("retrying ..."), "one", "two", "two"];
		expect(readLog(lines.join("\n")).excerpt).toBe(
			["start", "retrying ...", "[the line above 37 more times]", "one", "two", "[the line above once more]"].join(
				"\n",
			),
		);
	});

	it("marks the number of cut lines, without blank ones", () => {
		const lines = [...many(1204), "", ...step("make", "first", "", "second", failed), ...many(3)];
		expect(readLog(githubLog(lines), [], { zone_lines: 1 }).excerpt).toBe(
			[
				"[... 1,204 lines cut ...]",
				"##[group]Run make",
				"make",
				"shell: /usr/bin/bash -e {0}",
				"[... 1 line cut ...]",
				"second",
				failed,
				"[... 2 lines cut ...]",
				"line 3",
			].join("\n"),
		);
	});

	it("marks how much of a long line was cut", () => {
		expect(readLog(`start ${"x".repeat(100_000)} end`).excerpt).toBe(
			`start ${"x".repeat(474)}[... 99,410 characters cut ...]${"x".repeat(116)} end`,
		);
	});

	it("shows the first match of a pattern outside the error zone, with its neighbours", () => {
		const lines = [...many(500, "a"), "CVE-2026-1 found", ...many(500, "b"), "CVE-2026-1 found", ...many(500, "c")];
		const { excerpt } = readLog(lines.join("\n"), [text("CVE-")]);
		expect(excerpt.split("\n").slice(0, 6)).toStrictEqual([
			"[... 499 lines cut ...]",
			"a 500",
			"CVE-2026-1 found",
			"b 1",
			"b 2",
			"[... 919 lines cut ...]",
		]);
	});

	it("shows errors marked in the middle, with their surroundings", () => {
		const lines = [...step("make"), ...many(300, "a"), "##[error]src/a.c:1: broken", ...many(300, "b"), failed];
		const excerpt = readLog(githubLog(lines)).excerpt.split("\n");
		const at = excerpt.indexOf("##[error]src/a.c:1: broken");
		expect(excerpt.slice(at - 2, at + 6)).toStrictEqual([
			"a 299",
			"a 300",
			"##[error]src/a.c:1: broken",
			"b 1",
			"b 2",
			"b 3",
			"b 4",
			"[... 216 lines cut ...]",
		]);
	});

	it("spends a small budget on the step's end and the matches before it", () => {
		const lines = [...many(500), ...step("make", ...many(20), "error: broken", ...many(20)), failed];
		expect(readLog(githubLog(lines), [text("error:")], { excerpt_lines: 6 }).excerpt).toBe(
			["[... 523 lines cut ...]", "error: broken", "[... 19 lines cut ...]", "line 20", failed].join("\n"),
		);
	});

	it("stays within 24 KB and 400 lines for any log", () => {
		const lines = Array.from({ length: 5000 }, (_, n) => `##[error]src/file-${n}.ts:1: ${"wide \u2713 ".repeat(100)}`);
		const { excerpt } = readLog(lines.join("\n"));
		expect(Buffer.byteLength(excerpt)).toBeLessThanOrEqual(24 * 1024);
		expect(Buffer.byteLength(excerpt)).toBeGreaterThan(20 * 1024);
		expect(readLog(many(5000, "##[error]e").join("\n")).excerpt.split("\n").length).toBeLessThanOrEqual(400);
	});
});
