import { describe, expect, it } from "vitest";
import { regexDiagnostic } from "../../../pipeline/build/checks/regex-diagnostics.ts";

describe("regexDiagnostic", () => {
	it.each(["(a+)+", "(a*)*$", "((ab)*)*", "(.*x)*", "(?:[a-z]+\\d*)+", "(\\w+-?)*", "(?:x|(?:y+)+)", "(?:a{2,})+"])(
		"finds that /%s/ can blow up",
		(source) => {
			expect(regexDiagnostic(source)).toContain("can blow up");
		},
	);

	it.each([
		"(\\w+\\s)+",
		"(\\d+\\.)+\\d+",
		"(a|b)*",
		"(a?b?)+",
		"\\berror: .*failed",
		"(?:foo: \\S+\\n)+",
		"\\p{L}+",
		"\\[ERROR]",
	])("takes /%s/", (source) => {
		expect(regexDiagnostic(source)).toBeUndefined();
	});

	it.each([
		["a(?=b)", "look-around"],
		["a(?!b)", "look-around"],
		["(?<=a)b", "look-around"],
		["(?<!a)b", "look-around"],
		["(a)\\1", "back-references"],
		["(?<x>a)\\k<x>", "back-references"],
		["a{1001}", "invalid repeat count"],
		["((a{30}){30}){30}", "invalid repeat count"],
		["\\w{600}", "has 602 steps"],
		["(\\w{250}\\s){2}", "Repeat fewer times"],
		["\\Aerror", "both RE2 and JavaScript"],
		["[[:digit:]]", "both RE2 and JavaScript"],
		["\\u0041", "invalid escape"],
		["(?i)x", "both RE2 and JavaScript"],
	])("refuses /%s/ by %s", (source, why) => {
		expect(regexDiagnostic(source)).toContain(why);
	});
});
