import { describe, expect, it } from "vitest";
import { renderDiagnostics } from "../../../pipeline/build/checks/render-diagnostics.ts";
import type { Diagnostic } from "../../../pipeline/build/yaml/diagnostic.ts";

const source = ["version: 1", "route:", "\t- { name: rust, agent: rexx }", ""].join("\n");
const diagnostic: Diagnostic = {
	file: "pipeline.yaml",
	line: 3,
	column: 24,
	text: "rexx",
	message: "There is no agent `rexx`. Did you mean `rex`?",
	allowed: ["rex", "atlas"],
};

describe("renderDiagnostics", () => {
	it("shows the position, the fix, the line with a caret, and the allowed values", () => {
		expect(renderDiagnostics([diagnostic], { "pipeline.yaml": source }, false)).toBe(
			[
				"pipeline.yaml:3:24  There is no agent `rexx`. Did you mean `rex`?",
				"  3 | \t- { name: rust, agent: rexx }",
				"      \t                      ^^^^",
				"  allowed: rex, atlas",
				"",
				"1 error.",
				"",
			].join("\n"),
		);
	});

	it("marks warnings, and counts them on their own", () => {
		const warning: Diagnostic = { ...diagnostic, severity: "warning", message: "Nobody chooses `rexx`.", allowed: [] };
		const [head, ...rest] = renderDiagnostics([warning, diagnostic, warning], {}).split("\n");
		expect(head).toBe("pipeline.yaml:3:24  warning: Nobody chooses `rexx`.");
		expect(rest.at(-2)).toBe("1 error, 2 warnings.");
		expect(renderDiagnostics([warning], {}, true)).toContain("\u001b[33m1 warning\u001b[0m.");
	});

	it("shows the relevant part of a long line", () => {
		const long = `version: ${"x".repeat(500)}HERE${"y".repeat(500)}`;
		const rendered = renderDiagnostics(
			[{ ...diagnostic, line: 1, column: 510, text: "HERE" }],
			{ "pipeline.yaml": long },
			false,
		);
		const [, line = "", caret = ""] = rendered.split("\n");
		expect(line.length).toBeLessThan(120);
		expect(line.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe("HERE");
	});

	it("omits the line of a file that it does not have", () => {
		expect(renderDiagnostics([diagnostic, diagnostic], {}, false)).toContain("2 errors.");
	});

	it("colours only on request, and never lets a file steer the terminal", () => {
		const hostile = { "pipeline.yaml": source.replace("rust", "\u001b[2J") };
		const esc = String.fromCharCode(27);
		expect(renderDiagnostics([diagnostic], hostile, false)).not.toContain(esc);
		expect(renderDiagnostics([diagnostic], hostile, true)).toContain(`${esc}[31m^^^^`);
		expect(renderDiagnostics([diagnostic], hostile, true)).not.toContain(`${esc}[2J`);
	});
});
