import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stripEscapes } from "../../../pipeline/text/terminal-escapes.ts";
import { runs } from "../../support/tiers/at-size.ts";

const ESC = "\u001b";

describe("stripEscapes", () => {
	it.each([
		["colours", `${ESC}[1m${ESC}[38;5;9merror${ESC}[0m${ESC}[1m: mismatched types${ESC}[0m`, "error: mismatched types"],
		["cursor moves", `${ESC}[2K${ESC}[1Gnpm warn${ESC}[?25h`, "npm warn"],
		["a hyperlink", `see ${ESC}]8;;https://example.com${ESC}\\the page${ESC}]8;;${ESC}\\ now`, "see the page now"],
		["a window title", `${ESC}]0;title\u0007text`, "text"],
		["a character set", `${ESC}(Btext${ESC}=`, "text"],
		["one cut at the line's end", `text${ESC}[38;5`, "text"],
		["a lone escape", `te${ESC}`, "te"],
		["none", "plain", "plain"],
	])("takes away %s", (_, line, wanted) => {
		expect(stripEscapes(line)).toBe(wanted);
	});

	it("hides no text behind an unterminated sequence", () => {
		expect(stripEscapes(`${ESC}]0;error: it failed`)).toBe("0;error: it failed");
	});

	it("removes what a single regex for the same grammar removes", () => {
		const grammar =
			// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters.
			/\x1b(?:\[[\x20-\x3f]*[\x40-\x7e]?|[\]PX^_](?:[^\x07\x1b]*(?:\x07|\x1b\\))?|[\x20-\x2f]+[\x30-\x7e]?|[\x30-\x7e])?/g;
		const unit = fc.constantFrom(ESC, "[", "]", "\\", "\u0007", "(", "B", ";", "3", "m", "a", "é");
		fc.assert(
			fc.property(fc.string({ unit, maxLength: 30 }), (line) => {
				expect(stripEscapes(line)).toBe(line.replace(grammar, ""));
			}),
			{ numRuns: runs(2000) },
		);
	});
});
