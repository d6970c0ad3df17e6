import { describe, expect, it } from "vitest";
import { createLog, messageOf } from "../../worker/log.ts";

describe("createLog", () => {
	it("writes one JSON object a line, with the bound fields on every one", () => {
		const lines: string[] = [];
		const log = createLog({ delivery_id: "d-1" }, (line) => lines.push(line));
		log.info("delivery accepted", { incident_id: "i-1" });
		log.with({ event: "status" }).warn("delivery refused");
		expect(lines).toEqual([
			'{"level":"info","message":"delivery accepted","delivery_id":"d-1","incident_id":"i-1"}',
			'{"level":"warn","message":"delivery refused","delivery_id":"d-1","event":"status"}',
		]);
	});

	it("keeps text from outside inside its line, and short", () => {
		const lines: string[] = [];
		createLog({}, (line) => lines.push(line)).error("x", { a: 'b\n{"level":"info"}\u001b[31m', long: "y".repeat(600) });
		expect(lines).toEqual([
			`{"level":"error","message":"x","a":"b\\n{\\"level\\":\\"info\\"}\\u001b[31m","long":"${"y".repeat(500)}…"}`,
		]);
	});
});

describe("messageOf", () => {
	it.each([
		[new Error("boom"), "boom"],
		[{ code: "T2009", message: "not a number" }, "not a number"],
		["a text", "a text"],
		[null, "null"],
	])("gives what %s says", (cause, expected) => {
		expect(messageOf(cause)).toBe(expected);
	});
});
