import { describe, expect, it } from "vitest";
import { readErrorAnswer } from "../../wire/error-answer.ts";

describe("readErrorAnswer", () => {
	it("reads a relay's answer, and drops unknown fields", () => {
		const body = { error: "unavailable", cause: "unauthorized", detail: "no token", since: "a newer field" };
		expect(readErrorAnswer(JSON.stringify(body))).toEqual({
			error: "unavailable",
			cause: "unauthorized",
			detail: "no token",
		});
		expect(readErrorAnswer('{"error":"unavailable","cause":"a_newer_word","detail":7}')).toEqual({
			error: "unavailable",
			cause: undefined,
			detail: undefined,
		});
	});

	it("turns the detail into one bounded line", () => {
		const detail = `one\n\u001b[31mtwo\u2028\u202ethree\u0000 ${"x".repeat(2_000)}`;
		const read = readErrorAnswer(JSON.stringify({ error: "unavailable", detail }))?.detail ?? "";
		expect(read.startsWith("one [31mtwo three xxx")).toBe(true);
		expect(read).toMatch(/^[ -~]{500}…$/);
	});

	it("is undefined for an answer not from a relay", () => {
		const others = ["<html>502</html>", "[]", '"x"', "null", '{"error":"<b>Bad Gateway</b>"}', '{"message":"no"}', ""];
		expect(others.map(readErrorAnswer)).toEqual(others.map(() => undefined));
	});
});
