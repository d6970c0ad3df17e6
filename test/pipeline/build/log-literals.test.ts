import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { logLiterals } from "../../../pipeline/build/checks/log-literals.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { sampledRegex } from "./arbitrary-regex.ts";

function ofRegex(source: string, flags = ""): readonly string[] {
	return logLiterals({ kind: "regex", source, flags });
}

describe("logLiterals", () => {
	it.each<[string, readonly string[]]>([
		["error\\[E\\d{4}\\]", ["error[e"]],
		["TS\\d{4}:", ["ts"]],
		["npm\\s+(?:ERR!|error)", ["npm"]],
		["YN\\d+: .*(failed|error)", ["yn"]],
		["(?:cannot|could not) find", ["cannot find", "could not find"]],
		["[Cc]lippy::\\w+", ["clippy::"]],
		["colou?r", ["color", "colour"]],
		["(foo|bar)+baz", ["foobaz", "barbaz"]],
		["x{3,}y", ["xxxy"]],
		["a[-ax]{3}a", ["a-", "aa", "ax"]],
		["docker build.*failed", ["docker build"]],
		["^\\s*FAIL\\b", ["fail"]],
		["\\[ERROR]", ["[error]"]],
		["失敗\\d", ["失敗"]],
	])("of /%s/ are %j", (source, literals) => {
		expect([...ofRegex(source)].sort()).toEqual([...literals].sort());
	});

	it.each(["\\d+", "a?", "(?:x|)", ".*", "[^a]", "\\w{3}", "a*b*", "É"])("of /%s/ are none", (source) => {
		expect(ofRegex(source)).toEqual([]);
	});

	it("of a text are the text in lower case", () => {
		expect(logLiterals({ kind: "text", text: "Clippy::" })).toEqual(["clippy::"]);
	});

	it("occur in every match", () => {
		fc.assert(
			fc.property(sampledRegex, fc.boolean(), ({ source, sample }, ignoreCase) => {
				const text = ignoreCase ? sample.toUpperCase() : sample;
				const regex = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0).matcher(`<${text}>`);
				fc.pre(regex.find());
				const matched = (regex.group() ?? "").toLowerCase();
				const literals = ofRegex(source, ignoreCase ? "i" : "");
				expect(literals.length === 0 || literals.some((literal) => matched.includes(literal))).toBe(true);
			}),
			{ numRuns: runs(3000) },
		);
	});

	it("are never empty, nor contained in one another", () => {
		fc.assert(
			fc.property(sampledRegex, ({ source }) => {
				const literals = ofRegex(source);
				const nested = literals.some((text) => literals.some((other) => other !== text && text.includes(other)));
				expect(literals.includes("") || nested).toBe(false);
			}),
			{ numRuns: runs(1000) },
		);
	});
});
