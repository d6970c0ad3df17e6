import { describe, expect, it } from "vitest";
import { incidentRead } from "../../../pipeline/build/checks/incident-read.ts";
import { parseExpression } from "../../../pipeline/expression/ast.ts";

describe("incidentRead", () => {
	it.each([
		"'{app=\"web\"}'",
		"$settings.vars.loki_selector & ' |= \"error\"'",
		"repository = '5dlabs/cto' ? $settings.vars.a : 'b'",
		"$exists(branch) ? 'a' : 'b'",
		"$lookup($settings.vars.queries, repository)",
		"$settings.vars.queries[repository = name].query",
		"$settings.vars.(a & b)",
		"($x := $settings.vars.a; $x & 'b')",
		"$join($settings.vars.list, ',')",
	])("finds none in %s", (text) => {
		expect(isFound(text)).toBe(false);
	});

	it.each([
		"branch",
		"'a' & branch",
		"workflow.name",
		"$.branch",
		"$$.branch",
		"$settings.vars.($$.branch)",
		"$uppercase(branch)",
		"branch ~> $uppercase",
		"($x := branch; $x)",
		"(function($x){ $x })(branch)",
		"$map($settings.vars.list, function($v){ $v & $$.branch })",
		"kind = 'ci' ? branch : 'a'",
		"branch ?: 'a'",
		"$lookup(workflow, 'name')",
		"[branch][0]",
		"{'a': branch}.a",
		"*",
		"**.name",
		"$string($)",
		"$keys($$)",
	])("finds it in %s", (text) => {
		expect(isFound(text)).toBe(true);
	});
});

function isFound(text: string): boolean {
	const parsing = parseExpression(text);
	if (!parsing.ok) throw new Error(parsing.diagnostic.message);
	return incidentRead(parsing.parsed.ast) !== undefined;
}
