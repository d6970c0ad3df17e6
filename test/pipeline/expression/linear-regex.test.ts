import { describe, expect, it } from "vitest";
import { compileExpression } from "../../../pipeline/expression/compile-expression.ts";

const LONG = 100_000;

/** Regexes that take backtracking engines exponential time, each with a text that does not match at its end. */
const BLOW_UPS: readonly (readonly [string, string])[] = [
	["(a|a)*b", "a".repeat(LONG)],
	["(a|aa)+$", `${"a".repeat(LONG)}!`],
	["(.*)(.*)(.*)x", "a".repeat(LONG)],
	["\\w+\\s+\\w+\\s+\\w+$", `${"word ".repeat(LONG / 5)}!`],
	["^([\\w.-])+@([\\w-]+\\.)+\\w+$", `${"a".repeat(LONG)}!`],
	["(x+x+)+y", "x".repeat(LONG)],
];

const USES: readonly (readonly [string, (regex: string) => string, unknown])[] = [
	["$contains", (regex) => `$contains(text, ${regex})`, false],
	["$match", (regex) => `$count($match(text, ${regex}))`, 0],
	["$replace", (regex) => `$length($replace(text, ${regex}, '')) = $length(text)`, true],
	["$split", (regex) => `$count($split(text, ${regex}))`, 1],
	["~>", (regex) => `$exists(text ~> ${regex})`, false],
];

describe("every regex of an expression", () => {
	const cases = BLOW_UPS.flatMap(([regex, text]) =>
		USES.map(([name, use, expected]) => [name, regex, use(`/${regex}/`), text, expected] as const),
	);

	it.each(cases)("is searched in linear time: %s with %s", async (_, __, expression, text, expected) => {
		const began = process.cpuUsage();
		const evaluation = await compileExpression(expression).evaluate({ input: { text }, variables: {}, facts: {} });
		expect(evaluation).toEqual({ ok: true, value: expected });
		const { user, system } = process.cpuUsage(began);
		// A backtracking engine would never return.
		expect((user + system) / 1e6).toBeLessThan(10);
	});

	it("refuses features of backtracking engines, even if the checker missed them", async () => {
		const evaluation = await compileExpression("$contains(text, /(?=a)a/)").evaluate({
			input: { text: "a" },
			variables: {},
			facts: {},
		});
		expect(evaluation).toMatchObject({ ok: false });
	});
});
