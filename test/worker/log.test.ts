import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactText } from "../../pipeline/redaction/redact-text.ts";
import { createLog, explainCause } from "../../worker/log.ts";

const NOW = () => Date.parse("2026-11-22T12:00:00.000Z");
const START = '{"time":"2026-11-22T12:00:00.000Z","level"';

describe("createLog", () => {
	it("writes one JSON object a line, with the time and the bound fields on every one", () => {
		const lines: string[] = [];
		const log = createLog({ delivery_id: "d-1" }, (line) => lines.push(line), NOW);
		log.info("delivery accepted", { incident_id: "i-1" });
		log.with({ event: "status" }).warn("delivery refused");
		expect(lines).toEqual([
			`${START}:"info","message":"delivery accepted","delivery_id":"d-1","incident_id":"i-1"}`,
			`${START}:"warn","message":"delivery refused","delivery_id":"d-1","event":"status"}`,
		]);
	});

	it("gives the stack of what was thrown where it is an error, and of a warning the cause alone", () => {
		const lines: string[] = [];
		const log = createLog({}, (line) => lines.push(line), NOW);
		const cause = new Error("boom, token=ghp_0123456789abcdefghijklmnopqrstuvwxyz");
		cause.stack = `Error: ${cause.message}\n    at advance (worker/x.ts:1:2)\n    at ghp_0123456789abcdefghijklmnopqrstuvwxyz (y.ts:3:4)`;
		log.error("x", { cause });
		log.warn("y", { cause });
		log.error("z", { cause: "thrown text" });
		const [error, warning, text] = lines.map((line) => JSON.parse(line));
		expect(error).toMatchObject({ cause: expect.stringMatching(/^boom, token=.*redacted/) });
		expect(error.stack).toMatch(/^at advance \(worker\/x\.ts:1:2\)\nat .*redacted/);
		expect(lines.join()).not.toContain("ghp_");
		expect(warning).not.toHaveProperty("stack");
		expect(text).toEqual({ time: "2026-11-22T12:00:00.000Z", level: "error", message: "z", cause: "thrown text" });
	});

	it("redacts every text as it would alone, also those that need no reading", () => {
		const secretive = fc.constantFrom("password", "secret", "token", "bearer", "login", "key", "ghp_", "xoxb-", "a=b");
		const word = fc.oneof(
			secretive,
			fc.stringMatching(/^[a-z]{1,21}$/),
			fc.stringMatching(/^[0-9a-f]{32}$/),
			fc.uuid(),
		);
		const texts = fc.oneof(
			fc.string(),
			fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" ")),
		);
		fc.assert(
			fc.property(texts, texts, (message, field) => {
				const lines: string[] = [];
				createLog({}, (line) => lines.push(line), NOW).info(message, { field });
				expect(lines.map((line) => JSON.parse(line))).toEqual([
					expect.objectContaining({ message: redactText(message), field: redactText(field) }),
				]);
			}),
			{ numRuns: 2_000 },
		);
	});

	it("keeps text from outside inside its line, and short", () => {
		const lines: string[] = [];
		const log = createLog({}, (line) => lines.push(line), NOW);
		log.error("x", { a: 'b\n{"level":"info"}\u001b[31m', long: "y".repeat(1100) });
		expect(lines).toEqual([
			`${START}:"error","message":"x","a":"b\\n{\\"level\\":\\"info\\"}\\u001b[31m","long":"${"y".repeat(1000)}…"}`,
		]);
	});
});

describe("explainCause", () => {
	it.each([
		[new Error("boom"), "boom"],
		[{ code: "T2009", message: "not a number" }, "not a number"],
		["a text", "a text"],
		[null, "null"],
	])("gives what %s says", (cause, expected) => {
		expect(explainCause(cause)).toBe(expected);
	});
});
