import { describe, expect, it } from "vitest";
import { templateVariables } from "../../../pipeline/prompt/template-variables.ts";

describe("templateVariables", () => {
	it("lists every tag with its place, and whether it is fenced", () => {
		const text =
			"{{! why }}{{agent_name}} {{#missing}}{{#inline}}{{{why}}}{{/inline}}{{/missing}}{{^logs}}{{> _x}}{{/logs}}";
		const parsed = templateVariables(text);
		expect(parsed.ok && parsed.uses).toEqual([
			{ kind: "variable", name: "agent_name", position: 10, within: [], fenced: false },
			{ kind: "section", name: "missing", position: 25, within: [], fenced: false },
			{ kind: "section", name: "inline", position: 37, within: ["missing"], fenced: false },
			{ kind: "variable", name: "why", position: 48, within: ["missing", "inline"], fenced: true },
			{ kind: "inverted", name: "logs", position: 80, within: [], fenced: false },
			{ kind: "partial", name: "_x", position: 89, within: ["logs"], fenced: false },
		]);
	});

	it("reports changed delimiters", () => {
		expect(templateVariables("{{=<% %>=}}<% x %>")).toMatchObject({
			ok: true,
			uses: [{ kind: "delimiters" }, { name: "x" }],
		});
	});

	it("says where a template breaks", () => {
		expect(templateVariables("a {{#b}} c")).toEqual({ ok: false, message: 'Unclosed section "b" at 10', position: 10 });
		expect(templateVariables("a {{b")).toMatchObject({ ok: false, position: 5 });
	});
});
