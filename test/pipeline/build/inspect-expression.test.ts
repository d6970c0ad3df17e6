import { describe, expect, it } from "vitest";
import { type Inspection, inspectExpression } from "../../../pipeline/build/checks/inspect-expression.ts";

function inspect(text: string): Inspection {
	const inspected = inspectExpression(text);
	if (!inspected.ok) throw new Error(inspected.diagnostic.message);
	return inspected.inspection;
}

describe("inspectExpression", () => {
	it.each<[string, readonly string[]]>([
		["workflow.name = 'x' and $exists(branch)", ["workflow.name", "branch"]],
		["$.workflow.name & $$.job", ["workflow.name", "job"]],
		["alert[severity = 'high'].number", ["alert.severity", "alert.number"]],
		["failed_steps[$ = 'x']", ["failed_steps"]],
		["$map(failed_steps, function($step) { $step & job })", ["failed_steps", "job"]],
		["branch ~> $slug", ["branch"]],
		["workflow.`name`", ["workflow.name"]],
		["a ?? b", ["a", "b"]],
	])("finds the paths of %s", (text, paths) => {
		const found = inspect(text).paths.filter(({ variable }) => variable === undefined);
		expect(found.map(({ names }) => names.join("."))).toEqual(paths);
	});

	it.each<[string, readonly string[]]>([
		["$settings.vars.x & $unknown", ["settings", "unknown"]],
		["($x := 1; $x + $y)", ["y"]],
		["function($a) { $a & $b }", ["b"]],
		["context@$part.($part.name)", []],
		["failed_steps#$i.($i)", []],
	])("finds the variables of %s that it does not bind", (text, variables) => {
		expect(inspect(text).variables.map(({ name }) => name)).toEqual(variables);
	});

	it("lets a function call itself", () => {
		expect(inspect("($f := function($n) { $n > 0 ? $f($n - 1) : $n }; $f(3))").functions).toEqual([]);
	});

	it("counts a piped value as the call's first argument", () => {
		expect(inspect("branch ~> $glob('x')").functions).toEqual([{ name: "glob", position: 10, arguments: 2 }]);
		expect(inspect("occurred_at ~> $toMillis(branch)").refused).toHaveLength(1);
	});

	it("finds log patterns in lists, and computed ones", () => {
		const { logPatterns, computedPatterns } = inspect("$log(['a', /b/i], c & 'd')");
		expect(logPatterns).toEqual([
			{ pattern: { kind: "text", text: "a" }, position: 6 },
			{ pattern: { kind: "regex", source: "b", flags: "i" }, position: 11 },
		]);
		expect(computedPatterns).toEqual([{ name: "log", position: 18 }]);
	});

	it("reports correct positions after white space and escapes", () => {
		const { regexes, variables } = inspect("  'it\\\\s' & $x & $match(y, /a\\/b/i)");
		expect(variables).toEqual([{ name: "x", position: 12 }]);
		expect(regexes).toEqual([{ source: "a\\/b", flags: "i", position: 27 }]);
	});
});
