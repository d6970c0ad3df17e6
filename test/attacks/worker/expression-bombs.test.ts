import { describe, expect, it } from "vitest";
import { compileExpression } from "../../../pipeline/expression/compile-expression.ts";

const NESTED = "$f := function($x, $n) { $n = 0 ? $x : $f([[$x, $x]], $n - 1) }";
const TOO_MUCH = { ok: false, error: expect.stringContaining("it builds more than 2000000 values") };

/** Each would need gigabytes or hours. The isolate that they run in has 128 MB. */
const BOMBS = [
	"[1..20000].[1..20000]",
	"[1..20000].{ 'a': [1..20000] }",
	"$pad(s, 100000000)",
	"$map(['a', 'b'], $pad(?, 100000000))",
	"[1..20000].$pad($string($), 10000)",
	"$fromMillis(0, '[Y,100000000]')",
	'$join([1..20000].("x"), $pad("y", 100000))',
	"$replace($pad('a', 100000, 'a'), 'a', $pad('b', 100000))",
	"$replace($pad('a', 100000, 'a'), /a/, $pad('$0', 100000, '$0'))",
	"($f := function($x, $n) { $n = 0 ? $x : $f($x & $x, $n - 1) }; $f(s, 60))",
	`(${NESTED}; $string($f([1], 40)))`,
	`(${NESTED}; $f([1], 40) = $f([1], 40))`,
	`(${NESTED}; -$f([1], 40))`,
	`(${NESTED}; { 'a': $f([1], 40) }.*)`,
	"($f := function($x, $n) { $n = 0 ? $x : $f($x ~> |$|{ 'x': $x, 'y': $x }|, $n - 1) }; $f({ 'a': s }, 40))",
	"$distinct([1..20000])",
	"$sort([1..20000])",
	"$reduce([1..20000], $append)",
	"$split($pad('a', 2000000, 'a'), '')",
	"$match($pad('a', 100000, 'a'), /a.*b|a/)",
	"$toMillis($pad('1', 200, '1'), '[Y][M][D][H][m][s][f][d]x')",
	"[1..20000].($x := [1..20000]; 0 in $x)",
	'($words := [1..2000].("b"); [1..20000].$mentions("a", $words))',
];

describe("an expression that builds too much", () => {
	it.each(BOMBS)("ends with an error, and the isolate goes on: %s", async (text) => {
		const evaluation = await compileExpression(text).evaluate({ input: { s: "abc" }, variables: {}, facts: {} });
		expect(evaluation).toMatchObject(TOO_MUCH);
	});
});

describe("an expression of ordinary size", () => {
	const commits = Array.from({ length: 2000 }, (_, at) => ({ id: at, author: { name: `author ${at % 7}` } }));
	const input = { commits, log: "error: one line of an ordinary log\n".repeat(2000) };

	it.each([
		["$count($distinct(commits.author.name))", 7],
		["$count($split(log, '\n'))", 2001],
		["$length($replace(log, /\\s+/, ' '))", 70_000],
		["$count(commits[author.name = 'author 3'])", 286],
		["$length($join(commits.author.name, ', '))", 19_998],
		["$sum($map(commits, function($commit) { $commit.id }))", 1_999_000],
		["$fromMillis(0, '[FNn], [D1o] [MNn] [Y0001]')", "Thursday, 1st January 1970"],
		["$toMillis('Saturday, 28 November 2026', '[FNn], [D1] [MNn] [Y0001]')", 1_795_824_000_000],
	])("is evaluated: %s", async (text, value) => {
		const evaluation = await compileExpression(text).evaluate({ input, variables: {}, facts: {} });
		expect(evaluation).toEqual({ ok: true, value });
	});
});
