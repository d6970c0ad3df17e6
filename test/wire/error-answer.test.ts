import { describe, expect, it } from "vitest";
import { readErrorAnswer } from "../../wire/error-answer.ts";

describe("readErrorAnswer", () => {
	it("reads what a relay says, and leaves out what it does not know", () => {
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

	it("makes one bounded line of the detail", () => {
		const detail = `one\n\u001b[31mtwo\u2028\u202ethree\u0000 ${"x".repeat(2_000)}`;
		const read = readErrorAnswer(JSON.stringify({ error: "unavailable", detail }))?.detail ?? "";
		expect(read.startsWith("one [31mtwo three xxx")).toBe(true);
		expect(read).toMatch(/^[ -~]{500}…$/);
	});

	it("is undefined for what no relay answers", () => {
		const others = ["<html>502</html>", "[]", '"x"', "null", '{"error":"<b>Bad Gateway</b>"}', '{"message":"no"}', ""];
		expect(others.map(readErrorAnswer)).toEqual(others.map(() => undefined));
	});
});
