import fc from "fast-check";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { compileCondition, compileExpression } from "../../../pipeline/expression/compile-expression.ts";
import type { Facts, Scope } from "../../../pipeline/expression/facts.ts";
import { callFunction, FUNCTIONS } from "../../../pipeline/expression/functions.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { arbitraryData, arbitraryExpression } from "./arbitrary-expression.ts";

const settings = { repositories: ["5dlabs/cto"], process_bot_commits: false, a: { b: "main" } };

function scope(input: unknown, facts: Facts = {}): Scope {
	return { input, variables: { settings }, facts };
}

/** jsonata alone, with Healer's functions: the reference for the fast path. */
async function byJsonata(text: string, { input, variables }: Scope): Promise<unknown> {
	const expression = jsonata(text);
	for (const name of Object.keys(FUNCTIONS)) {
		expression.registerFunction(name, (...args: unknown[]) => callFunction(name, {}, args));
	}
	try {
		return { value: await expression.evaluate(input, { ...variables }) };
	} catch {
		return "throws";
	}
}

describe("compileExpression", () => {
	it("returns jsonata's result on any data", async () => {
		const property = fc.asyncProperty(arbitraryExpression, arbitraryData, arbitraryData, async (text, input, own) => {
			const given: Scope = { input, variables: { settings: own }, facts: {} };
			const evaluation = await compileExpression(text).evaluate(given);
			const ours = evaluation.ok ? { value: evaluation.value } : "throws";
			expect(plain(ours)).toEqual(plain(await byJsonata(text, given)));
		});
		await fc.assert(property, { numRuns: runs(1500) });
	});

	it("evaluates plain paths, comparisons and our functions synchronously", () => {
		const texts = [
			"repository.full_name",
			"action = 'completed' and run.conclusion in ['failure', 'timed_out']",
			"$glob(repository.full_name, $settings.repositories)",
			"$key(repository.full_name, 'run', run.id)",
			"$string(run.id)",
			"run.id > 3 ? 'a' : 'b'",
		];
		const input = {
			action: "completed",
			repository: { full_name: "5dlabs/cto" },
			run: { id: 5, conclusion: "failure" },
		};
		const values = texts.map((text) => compileExpression(text).evaluate(scope(input)));
		expect(values).toEqual(
			["5dlabs/cto", true, true, "5dlabs/cto|run|5", "5", "a"].map((value) => ({ ok: true, value })),
		);
	});

	it("names the paths and facts that are missing", () => {
		const { missing } = compileExpression("$key(repository.full_name, 'run', run.id, $settings.vars.x)");
		expect(missing(scope({ repository: { full_name: "o/r" } }))).toEqual(["run.id", "$settings.vars.x"]);
		expect(compileExpression("$log('x')").missing(scope({}))).toEqual(["log"]);
	});

	it("stops an endless recursion, deep or flat, and a long sequence", async () => {
		const endless = [
			"($f := function($x) { $f($x) }; $f(1))",
			"($f := function($x) { 1 + $f($x) }; $f(1))",
			"[1..9999999]",
		];
		for (const text of endless) {
			expect(await compileExpression(text).evaluate(scope({}))).toMatchObject({ ok: false });
		}
	});

	it("refuses clocks, randomness and text run as an expression", async () => {
		for (const text of [
			"$now()",
			"$millis()",
			"$random()",
			"$eval('1')",
			"($f := $eval; $f('1'))",
			"$shuffle([1,2])",
		]) {
			const evaluation = await compileExpression(text).evaluate(scope({}));
			expect(evaluation).toMatchObject({ ok: false, error: expect.stringContaining("refused") });
		}
	});

	it("runs a regex in linear time that would backtrack elsewhere", async () => {
		const { evaluate } = compileExpression("$contains(text, /^(a+)+$/)");
		expect(await evaluate(scope({ text: `${"a".repeat(5000)}!` }))).toEqual({ ok: true, value: false });
	});

	it("keeps jsonata's meaning of regexes in $match, $replace and $split", async () => {
		const text = "[$match(t, /b(.)/).match, $match(t, /b(.)/).groups, $replace(t, /B/i, 'x'), $split(t, /,/)]";
		const evaluation = await compileExpression(text).evaluate(scope({ t: "abc,bd" }));
		expect(plain(evaluation)).toEqual({ ok: true, value: ["bc", "bd", "c", "d", "axc,xd", "abc", "bd"] });
	});

	it("keeps the regexes of what jsonata copies, before `?:` and `??`", async () => {
		const values = async (text: string) => {
			const { evaluate } = compileExpression(text);
			return [await evaluate(scope({ t: "ab" })), await evaluate(scope({ t: "b" })), await evaluate(scope([]))];
		};
		const asGiven = [
			{ ok: true, value: "ab" },
			{ ok: true, value: "none" },
			{ ok: true, value: "none" },
		];
		expect(await values("$match(t, /a./).match ?: 'none'")).toEqual(asGiven);
		expect(await values("$match(t, /a./).match ?? 'none'")).toEqual(asGiven);
	});

	it("leaves to jsonata only a branch that is taken", async () => {
		const { evaluate } = compileExpression("$exists(id) ? $string(id) : $reverse(names)[0]");
		expect(evaluate(scope({ id: 5 }))).toEqual({ ok: true, value: "5" });
		expect(await evaluate(scope({ names: ["a", "b"] }))).toEqual({ ok: true, value: "b" });
		const judge = (text: string) => compileCondition(text).judge(scope({ id: 5 }));
		expect(judge("id = 6 and $reverse(names)[0] = 'b'")).toMatchObject({ verdict: "false" });
	});

	it("searches a URL and joins texts synchronously", () => {
		const url = "https://github.com/o/r/actions/runs/12/job/3";
		const texts = {
			"$match(url, /\\/actions\\/runs\\/(\\d+)/)[0].groups[0]": "12",
			"$exists($match(url, /\\/commit\\//))": false,
			"$contains(url, /^https:/)": true,
			"$substringBefore(path, '@') & $substringAfter(path, '@')": "ci.ymlmain",
			"$join([title, none, text][$type($) = 'string'], '\\n')": "a\nb",
		};
		const input = { url, path: "ci.yml@main", title: "a", none: null, text: "b" };
		const values = Object.keys(texts).map((text) => compileExpression(text).evaluate(scope(input)));
		expect(values).toEqual(Object.values(texts).map((value) => ({ ok: true, value })));
	});

	it("reads and shows the settings that it is given", () => {
		const { judge } = compileCondition("a in $settings.of.names");
		const named = (names: readonly string[]) => ({
			input: { a: "b" },
			variables: { settings: { of: { names } } },
			facts: {},
		});
		for (const [names, verdict] of [
			[["a"], "false"],
			[["b"], "true"],
			[["a"], "false"],
		] as const) {
			expect(judge(named(names))).toMatchObject({ verdict, values: { "$settings.of.names": names } });
		}
		expect(judge({ input: { a: "b" }, variables: {}, facts: {} })).toMatchObject({ verdict: "false" });
	});

	it("throws on text that does not parse", () => {
		expect(() => compileExpression("a = ").evaluate(scope({}))).toThrow("does not parse");
	});

	it("may be evaluated concurrently", async () => {
		const { evaluate } = compileExpression("$join([$$.a, $map(b, function($x) { $x & $$.a })], ',')");
		const all = await Promise.all([1, 2, 3].map((n) => evaluate(scope({ a: `a${n}`, b: ["x", "y"] }))));
		expect(all.map((evaluation) => evaluation.ok && evaluation.value)).toEqual([
			"a1,xa1,ya1",
			"a2,xa2,ya2",
			"a3,xa3,ya3",
		]);
	});
});

describe("compileCondition", () => {
	it("is true only for the boolean true", async () => {
		const input = { yes: true, no: false, text: "true", number: 1, none: null, list: [true] };
		const judge = async (text: string) => (await compileCondition(text).judge(scope(input))).verdict;
		expect(await judge("yes")).toBe("true");
		for (const text of ["no", "text", "number", "none", "list"]) expect(await judge(text)).toBe("false");
		expect(await compileCondition("text").judge(scope(input))).toMatchObject({
			error: "it returns a text, neither true nor false",
		});
	});

	it("explains every clause with the values it read", () => {
		const { judge } = compileCondition("action = 'completed' and (run.conclusion in ['failure'] or run.name = 'x')");
		expect(judge(scope({ action: "completed", run: { conclusion: "success", name: "y" } }))).toEqual({
			text: "action = 'completed' and (run.conclusion in ['failure'] or run.name = 'x')",
			verdict: "false",
			clauses: [
				{ text: "action = 'completed'", verdict: "true", values: { action: "completed" } },
				{
					text: "run.conclusion in ['failure'] or run.name = 'x'",
					verdict: "false",
					clauses: [
						{ text: "run.conclusion in ['failure']", verdict: "false", values: { "run.conclusion": "success" } },
						{ text: "run.name = 'x'", verdict: "false", values: { "run.name": "y" } },
					],
				},
			],
		});
	});

	it("is unknown when a path that a false clause reads is missing", () => {
		const { judge } = compileCondition("actor.type != 'Bot'");
		expect(judge(scope({}))).toEqual({ text: "actor.type != 'Bot'", verdict: "unknown", missing: ["actor.type"] });
	});

	it("combines unknown by Kleene's logic", async () => {
		const cases: Record<string, string> = {
			"x = 1": "unknown",
			"x = 1 and no": "false",
			"x = 1 and yes": "unknown",
			"x = 1 or yes": "true",
			"x = 1 or no": "unknown",
			"$not(x = 1)": "unknown",
			"$not(yes)": "false",
			"$not(no and x = 1)": "true",
			"$not($mentions(message, '[skip]'))": "unknown",
			"$exists(x)": "false",
			"$count(x) = 0": "true",
			"$boolean(x) = true": "false",
			"(x ?? 1) = 2": "false",
			"yes ? yes : x": "true",
			"no ? yes : x = 2": "unknown",
			"no ? x = 2 : no": "false",
			"$log('x') = true": "unknown",
			"$share('*.rs') > 0.5": "unknown",
		};
		for (const [text, verdict] of Object.entries(cases)) {
			expect([text, (await compileCondition(text).judge(scope({ yes: true, no: false }))).verdict]).toEqual([
				text,
				verdict,
			]);
		}
	});

	it("is unknown, with the reason, when evaluating fails", async () => {
		expect(await compileCondition("$uppercase(5) = 'X'").judge(scope({}))).toMatchObject({
			verdict: "unknown",
			error: expect.stringContaining("uppercase"),
		});
		expect(await compileCondition("$step(5)").judge(scope({}))).toMatchObject({
			verdict: "unknown",
			error: "$step takes texts, regexes, and lists of them",
		});
	});

	it("is not unknown for want of what `?:` and `??` provide for", () => {
		for (const text of ["(x ?: 1) = 2", "(x ?? 1) = 2"]) {
			expect(compileCondition(text).judge(scope({}))).toEqual({ text, verdict: "false" });
		}
	});

	it("skips clauses that cannot change the verdict", () => {
		expect(compileCondition("no and yes and $key({}) = 1").judge(scope({ yes: true, no: false }))).toEqual({
			text: "no and yes and $key({}) = 1",
			verdict: "false",
			clauses: [{ text: "no", verdict: "false", values: { no: false } }],
		});
	});

	it("keeps clauses as one that it cannot separate", async () => {
		const clause = await compileCondition("($x := yes; $x and yes)").judge(scope({ yes: true }));
		expect(clause).toEqual({ text: "($x := yes; $x and yes)", verdict: "true", values: { yes: true } });
	});

	it("separates clauses with anything between them", async () => {
		const text = " /* why */ ( yes /* or */ or and.or ) and\n\t$not( $contains(t, ') or (') ) and `and`[0].x = 1 ";
		const clause = await compileCondition(text).judge(scope({ yes: true, t: "t", and: { x: 1, or: true } }));
		expect(clause.verdict).toBe("true");
		expect(clause.clauses?.map((inner) => inner.text)).toEqual([
			"/* why */ ( yes /* or */ or and.or )",
			"$not( $contains(t, ') or (') )",
			"`and`[0].x = 1",
		]);
	});

	it("cuts the values it shows, and keeps them storable", async () => {
		const clause = await compileCondition("t = 1").judge(scope({ t: `\0\u{D800}${"x".repeat(1_000_000)}` }));
		expect(clause.values).toEqual({ t: `\u{FFFD}\u{FFFD}${"x".repeat(198)}…` });
	});

	it("agrees with jsonata unless something is missing or fails", async () => {
		const property = fc.asyncProperty(arbitraryExpression, arbitraryExpression, arbitraryData, async (a, b, input) => {
			for (const text of [`(${a}) and (${b})`, `(${a}) or $not(${b})`, a]) {
				const { judge, verdict } = compileCondition(text);
				const clause = await judge(scope(input));
				expect(await verdict(scope(input))).toBe(clause.verdict);
				const reference = await byJsonata(text, scope(input));
				if (clause.verdict === "unknown") continue;
				const isTrue =
					typeof reference === "object" && reference !== null && "value" in reference && reference.value === true;
				if (reference === "throws") continue;
				expect([text, clause.verdict]).toEqual([text, isTrue ? "true" : "false"]);
			}
		});
		await fc.assert(property, { numRuns: runs(300) });
	});
});

/** Removes jsonata's list marks and its prototype-less objects. */
function plain(value: unknown): unknown {
	return JSON.parse(JSON.stringify({ value }, (_, item: unknown) => (isFunction(item) ? "function" : item))).value;
}

/** Also jsonata's own objects of functions: they carry the position of the expression that named them last. */
function isFunction(item: unknown): boolean {
	const isObject = typeof item === "object" && item !== null;
	return typeof item === "function" || (isObject && "_jsonata_function" in item);
}
