import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderYaml } from "../../../../relay/cluster/directory/coderun-yaml.ts";
import { anyText } from "../../../support/any-text.ts";
import { runs } from "../../../support/tiers/at-size.ts";

/** Line breaks of YAML 1.1, and characters that are invalid in YAML. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
const UNREADABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;

describe("renderYaml", () => {
	it("quotes strings that a reader could misread, and keeps a prompt readable", () => {
		const object = {
			env: { PR_NUMBER: "0", NO: "yes", DATE: "2026-11-22", TIME: "12:30:45", EMPTY: "", TILDE: "~" },
			service: "remediation",
			prompt: "# Fix it\n\n\tThe job failed: {{x}}\n--- no document\n",
			"<<": "no merge",
		};
		expect(renderYaml(object)).toBe(
			[
				"env:",
				'  PR_NUMBER: "0"',
				'  "NO": "yes"',
				'  DATE: "2026-11-22"',
				'  TIME: "12:30:45"',
				'  EMPTY: ""',
				'  TILDE: "~"',
				"service: remediation",
				"prompt: |",
				"  # Fix it",
				"",
				"  \tThe job failed: {{x}}",
				"  --- no document",
				'"<<": no merge',
				"",
			].join("\n"),
		);
	});

	it("escapes characters that some readers treat as line breaks, and control characters", () => {
		const text = "a\u2028b: c\n\u0085d\u0000\u001b[31m\ufeff\uffff\ud800";
		expect(renderYaml({ text })).toBe('text: "a\\u2028b: c\\n\\u0085d\\u0000\\u001b[31m\\ufeff\\uffff\ufffd"\n');
	});

	it("writes an object that is used in two places twice", () => {
		const env = { A: "1" };
		expect(renderYaml({ one: env, two: env })).toBe('one:\n  A: "1"\ntwo:\n  A: "1"\n');
	});

	it("is read back unchanged by readers of YAML 1.1 and 1.2, whatever the texts contain", () =>
		fc.assert(
			fc.property(tree(), (object) => {
				const text = renderYaml(object);
				expect(parse(text, { version: "1.1" })).toEqual(object);
				expect(parse(text, { version: "1.2" })).toEqual(object);
				expect(text).not.toMatch(UNREADABLE);
			}),
			{ numRuns: runs(200) },
		));
});

function tree(): fc.Arbitrary<object> {
	const nasty = fc.constantFrom(
		"yes",
		"1e3",
		"0o7",
		"a: b",
		"- x",
		"&a",
		"*a",
		"!t",
		"|",
		"x\n y\n",
		"\t",
		" \n",
		"{{y}}",
	);
	const text = fc.oneof(anyText(), fc.string({ unit: "grapheme" }), nasty, lines()).map(toWellFormed);
	const key = text.filter((name) => name !== "__proto__");
	const value = fc.oneof(text, fc.boolean(), fc.integer(), fc.constant(null), fc.array(text, { maxLength: 3 }));
	return fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value, { maxKeys: 4 })), { maxKeys: 6 });
}

function lines(): fc.Arbitrary<string> {
	return fc.array(fc.string({ unit: "grapheme-ascii" }), { maxLength: 6 }).map((all) => all.join("\n"));
}

function toWellFormed(text: string): string {
	return text.toWellFormed();
}
