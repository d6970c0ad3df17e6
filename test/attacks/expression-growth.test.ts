import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Allowance } from "../../pipeline/expression/allowance.ts";
import { parseExpression } from "../../pipeline/expression/ast.ts";
import { BUILT_INS } from "../../pipeline/expression/built-ins.ts";
import { compileExpression } from "../../pipeline/expression/compile-expression.ts";
import { FUNCTIONS, REFUSED_FUNCTIONS } from "../../pipeline/expression/functions.ts";
import { runs } from "../support/tiers/at-size.ts";

describe("any expression, however it puts functions and operators together", () => {
	it("ends with a value of bounded size or with an error", async () => {
		const property = fc.asyncProperty(arbitraryBomb, async (text) => {
			const input = { s: "a,b €", n: 7, list: ["a", "b", { c: "d" }], o: { a: [1, 2], b: "x" } };
			const evaluation = await compileExpression(text).evaluate({ input, variables: {}, facts: {} });
			if (!evaluation.ok) return;
			// It throws at the size that no evaluation may reach.
			expect(new Allowance().weigh(evaluation.value)).toBeGreaterThan(0);
		});
		await fc.assert(property, { numRuns: runs(3000) });
	});
});

/** Expressions that build: large ranges and widths, doubling, nesting, calls of every function, directly and over lists. */
const arbitraryBomb: fc.Arbitrary<string> = fc
	.letrec<{ value: string }>((tie) => {
		const value = tie("value");
		const number = fc.constantFrom("1", "2", "30", "2000", "20000", "100000000", "-100000000", "n");
		const name = fc.constantFrom(
			...[...BUILT_INS, ...Object.keys(FUNCTIONS)].filter((one) => !Object.hasOwn(REFUSED_FUNCTIONS, one)),
		);
		return {
			value: fc.oneof(
				{ maxDepth: 4, depthSize: "medium" },
				fc.constantFrom("s", "n", "list", "o", "$", "**", "'[Y,9999999]'", "'$0'", "/a.*b|a/", "/(.)/", "'0000000'"),
				number,
				fc.tuple(number, number).map(([from, to]) => `[${from}..${to}]`),
				fc.tuple(name, value).map(([called, a]) => `$${called}(${a})`),
				fc.tuple(name, value, value).map(([called, a, b]) => `$${called}(${a}, ${b})`),
				fc.tuple(name, value, value, value).map(([called, a, b, c]) => `$${called}(${a}, ${b}, ${c})`),
				fc.tuple(value, name).map(([list, called]) => `$map(${list}, $${called})`),
				fc.tuple(value, value).map(([list, body]) => `$map(${list}, function($v) { ${body} })`),
				fc
					.tuple(value, value)
					.map(([list, body]) => `$reduce(${list}, function($a, $b) { $append(${body}, [$a, $b]) })`),
				fc.tuple(value, value).map(([a, b]) => `(${a}).(${b})`),
				fc.tuple(value, value).map(([a, b]) => `(${a})[${b}]`),
				fc.tuple(value, value).map(([a, b]) => `(${a}){$string($): ${b}}`),
				fc
					.tuple(value, fc.constantFrom("&", "=", "in", "+", "~>"), value)
					.map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
				fc
					.tuple(value, fc.constantFrom("$x & $x", "[$x, $x]", "[[$x, $x]]", "{'a': $x, 'b': $x}", "$append($x, $x)"))
					.map(([start, twice]) => `($f := function($x, $n) { $n = 0 ? $x : $f(${twice}, $n - 1) }; $f(${start}, 40))`),
				value.map((a) => `(${a}) ~> |$|{'x': $, 'y': $}|`),
				value.map((a) => `(${a})^(>$)`),
			),
		};
	})
	.value.filter((text) => parseExpression(text).ok);
