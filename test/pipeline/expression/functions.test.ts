import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileCondition } from "../../../pipeline/expression/compile-expression.ts";
import type { Facts } from "../../../pipeline/expression/facts.ts";
import { callFunction, FUNCTIONS } from "../../../pipeline/expression/functions.ts";
import { PatternLiteral } from "../../../pipeline/expression/pattern-literal.ts";
import type { LogReading } from "../../../pipeline/log/log-reading.ts";
import { anyText } from "../../support/any-text.ts";
import { cpuSeconds } from "../../support/cpu-seconds.ts";
import { runs } from "../../support/tiers/at-size.ts";

function call(name: string, args: readonly unknown[], facts: Facts = {}): unknown {
	return callFunction(name, facts, args);
}

const log: LogReading = {
	lines: 10,
	bytes: 100,
	patterns: {
		"clippy::": { count: 2, errors: 0, first: 1, last: 3 },
		"/error\\[E\\d+\\]/i": { count: 1, errors: 1, first: 4, last: 4 },
	},
	gave_up: ["/(a+)+/"],
	excerpt: "",
};

describe("$glob", () => {
	const cases: readonly [string, string | string[], boolean][] = [
		["src/main.rs", "*.rs", true],
		["src/main.RS", "*.rs", true],
		["src/main.rs.txt", "*.rs", false],
		["a/b/Cargo.toml", "Cargo.toml", true],
		["a/b/NotCargo.toml", "Cargo.toml", false],
		["Dockerfile", "Dockerfile", true],
		["docker/Dockerfile.dev", "Dockerfile*", true],
		["infra/gitops/a.yaml", "infra/gitops/*", true],
		["infra/gitops/a/b/c.yaml", "infra/gitops/*", true],
		["infra/gitops/", "infra/gitops/*", false],
		["x/infra/gitops/a.yaml", "infra/gitops/*", false],
		["x/infra/gitops/a.yaml", "**/infra/gitops/*", true],
		["infra/gitops/a.yaml", "**/infra/gitops/*", true],
		[".github/workflows/x.yaml", ".github/workflows/*.yaml", true],
		[".github/workflows/a/x.yaml", ".github/workflows/*.yaml", false],
		[".github/workflows/a/x.yaml", ".github/**/*.yaml", true],
		["a/x/y", "a/?/y", true],
		["a//y", "a/?/y", false],
		["web/app.tsx", "*.{ts,tsx}", true],
		["apps/web/x", "{apps,packages}/{web,ui}/*", true],
		["apps/api/x", "{apps,packages}/{web,ui}/*", false],
		["a{b", "a{b", true],
		["5dlabs/cto", "5dlabs/cto", true],
		["5DLabs/CTO", ["other/x", "5dlabs/*"], true],
		["evil/5dlabs/cto", "5dlabs/cto", false],
		["frontend-ci", "*-ci", true],
		["ci", "*-ci", false],
		["/etc/passwd", "/etc/*", false],
		["Makefile", "/Makefile", true],
		["sub/Makefile", "/Makefile", false],
		["a.b*c", "a.b*c", true],
	];
	it.each(cases)("%s against %j is %s", (value, patterns, expected) => {
		expect(call("glob", [value, patterns])).toBe(expected);
	});

	it("takes time linear in the value for any pattern", () => {
		const globs = () => {
			expect(call("glob", ["a".repeat(20_000), "*a*a*a*a*a*a*a*a*b/**/*a*a"])).toBe(false);
			expect(call("glob", ["a".repeat(20_000), "*a*a*a*a*a*a*a*a*b"])).toBe(false);
		};
		expect(cpuSeconds(globs)).toBeLessThan(2);
	});

	it("returns undefined for a missing value, and refuses numbers", () => {
		expect(call("glob", [undefined, "*"])).toBeUndefined();
		expect(() => call("glob", [5, "*"])).toThrow("a text or a list of texts");
	});
});

describe("$slug", () => {
	it.each([
		["Controller CI", "controller-ci"],
		["  Build & Test (ubuntu-latest, 3.12) ", "build-test-ubuntu-latest-3-12"],
		["frontend_e2e", "frontend-e2e"],
		["Überprüfung", "überprüfung"],
		["!!!", ""],
	])("%s is %s", (text, slugged) => {
		expect(call("slug", [text])).toBe(slugged);
	});
});

describe("$key", () => {
	it("is undefined if any part is missing, empty or not a plain value", () => {
		for (const missing of [undefined, null, "", {}, [], Number.NaN]) {
			expect(call("key", ["o/r", "run", missing])).toBeUndefined();
		}
	});

	it("lower-cases only the repository, and escapes bars", () => {
		expect(call("key", ["5DLabs/CTO", "branch", "Feat|x\\y"])).toBe("5dlabs/cto|branch|Feat\\|x\\\\y");
	});

	it("is never equal for different parts, even long or malformed ones", () => {
		const part = fc.oneof(
			anyText({ minLength: 1 }),
			fc.string({ unit: fc.constantFrom("|", "\\", "~", "u", "d", "8", "\u{D800}", "\u{FFFD}"), minLength: 1 }),
			fc.nat(400).map((length) => `${"x".repeat(299)}${"y".repeat(length)}`),
		);
		const parts = fc.array(part, { minLength: 1, maxLength: 3 }).map((list) => ["o/r", ...list]);
		fc.assert(
			fc.property(parts, parts, (a, b) => {
				expect(call("key", a) === call("key", b)).toBe(JSON.stringify(a) === JSON.stringify(b));
			}),
			{ numRuns: runs(2000) },
		);
	});

	it("stays short for a branch of a megabyte", () => {
		expect(String(call("key", ["o/r", "branch", "x".repeat(1_000_000)])).length).toBeLessThan(250);
	});
});

describe("$workflow", () => {
	it("compares slugs of the name and of the file's base name", () => {
		const facts = { workflow: { name: "Controller CI", path: ".github/workflows/rust-checks.yml" } };
		expect(call("workflow", [["controller-*"]], facts)).toBe(true);
		expect(call("workflow", ["rust-*"], facts)).toBe(true);
		expect(call("workflow", ["ui-*"], facts)).toBe(false);
		expect(call("workflow", ["ui-*"], {})).toBeUndefined();
		expect(call("workflow", ["*"], { workflow: { name: "!!!" } })).toBeUndefined();
	});
});

describe("$log and $error", () => {
	it("look up the pattern in the reading by its key", () => {
		expect(call("log", ["clippy::"], { log })).toBe(true);
		expect(call("error", ["clippy::"], { log })).toBe(false);
		expect(call("error", [["nothing", new PatternLiteral(/error\[E\d+\]/gi)]], { log })).toBe(true);
		expect(call("log", ["nothing"], { log })).toBe(false);
	});

	it("return undefined when no log was read, or the reader gave up on the pattern", () => {
		expect(call("log", ["clippy::"])).toBeUndefined();
		expect(call("log", [new PatternLiteral(/(a+)+/g)], { log })).toBeUndefined();
		expect(call("log", [new PatternLiteral(/(a+)+/g), "clippy::"], { log })).toBe(true);
	});

	it("accept regex literals in an expression, also where jsonata evaluates it", async () => {
		const texts = [
			"$error(/error\\[E\\d+\\]/i)",
			"$error(['x', /error\\[E\\d+\\]/i])",
			"$count([1,2][$ > 1]) = 1 and $map([1], function($x) { $error(/error\\[E\\d+\\]/i) })",
			"$error(/error\\[E\\d+\\]/i) ?? false",
		];
		for (const text of texts) {
			const clause = await compileCondition(text).judge({ input: {}, variables: {}, facts: { log } });
			expect([text, clause.verdict]).toEqual([text, "true"]);
		}
	});

	it("show the patterns that were found, and not the rest", () => {
		const { judge } = compileCondition(`$log("clippy::", "not there")`);
		expect(judge({ input: {}, variables: {}, facts: { log } })).toMatchObject({ values: { $log: ["clippy::"] } });
	});
});

describe("$step and $job", () => {
	it("search short texts, ignoring case for text patterns", () => {
		const facts = { failed_steps: ["Run Clippy"], jobs: ["lint / rust"] };
		expect(call("step", ["clippy"], facts)).toBe(true);
		expect(call("job", [new PatternLiteral(/^lint .*rust$/g)], facts)).toBe(true);
		expect(call("job", ["clippy"], facts)).toBe(false);
		expect(call("step", ["clippy"], {})).toBeUndefined();
	});
});

describe("$files and $share", () => {
	it("count the changed files that match", () => {
		const facts = { changed_files: ["a.rs", "b/c.rs", "README.md", "x.ts"] };
		expect(call("files", [["*.rs"]], facts)).toBe(2);
		expect(call("share", ["*.rs"], facts)).toBe(0.5);
		expect(call("files", ["*.rs"], {})).toBeUndefined();
		expect(call("share", ["*.rs"], { changed_files: [] })).toBeUndefined();
	});
});

describe("$mentions", () => {
	it("finds any of the words, ignoring case", () => {
		expect(call("mentions", ["Fix it [Skip-Healer]", ["[skip-healer]", "x y"]])).toBe(true);
		expect(call("mentions", ["Fix it", ["[skip-healer]"]])).toBe(false);
		expect(call("mentions", [undefined, ["[skip-healer]"]])).toBeUndefined();
	});
});

describe("callFunction", () => {
	it("checks the number of arguments and names the correct call", () => {
		for (const [name, { min, signature }] of Object.entries(FUNCTIONS)) {
			// One too few, or one too many where none is taken.
			expect(() => call(name, Array(min === 0 ? 1 : min - 1).fill("x"))).toThrow(`call it as ${signature}`);
		}
	});
});
