import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asCode, asLink } from "../../../worker/remediation/markdown.ts";
import { anyText } from "../../support/any-text.ts";

describe("asCode", () => {
	it.each([
		["main", "` main `"],
		["@everyone look", "` @everyone look `"],
		["a`b``c", "``` a`b``c ```"],
		["one\ntwo\u0000\u202ethree", "` one two three `"],
		["", "`(nothing)`"],
	])("shows %j as %s", (text, code) => {
		expect(asCode(text)).toBe(code);
	});

	it("cannot be left from within, whatever stands in it", () => {
		fc.assert(
			fc.property(anyText({ maxLength: 700 }), (text) => {
				const code = asCode(text);
				const [, fence = "", inner = ""] = /^(`+)(.*?)\1$/s.exec(code) ?? [];
				expect(fence).not.toBe("");
				expect(inner.match(/`+/g) ?? []).not.toContain(fence);
				expect(code).not.toMatch(/[\n\r\u2028\u2029]/);
			}),
		);
	});
});

describe("asLink", () => {
	it.each([
		["https://github.com/o/r/pull/1", "<https://github.com/o/r/pull/1>"],
		["https://ghe.corp.example/o/r/pull/1", "` https://ghe.corp.example/o/r/pull/1 `"],
		["http://github.com/o/r", "` http://github.com/o/r `"],
		["https://github.com.evil.test/o/r", "` https://github.com.evil.test/o/r `"],
		["https://github.com:444/o/r", "` https://github.com:444/o/r `"],
		["https://github.com@evil.test/o/r", "` https://github.com@evil.test/o/r `"],
		["javascript:alert(1)", "` javascript:alert(1) `"],
		["https://x.test/> @you", "` https://x.test/> @you `"],
	])("makes of %s %s", (url, link) => {
		expect(asLink(url, "https://github.com")).toBe(link);
	});
});
