import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelValue } from "../../../pipeline/stages/label-value.ts";
import { anyText } from "../../support/any-text.ts";

describe("labelValue", () => {
	it("keeps what is valid", () => {
		for (const text of ["", "main", "a", "v1.2_x-3", "a".repeat(63)]) expect(labelValue(text)).toBe(text);
	});

	it("keeps values different that would become equal", () => {
		const texts = [
			"feat/a",
			"feat-a",
			"feat a",
			"feat#a",
			`${"d".repeat(70)}1`,
			`${"d".repeat(70)}2`,
			"/",
			"-",
			"é",
			"è",
		];
		expect(new Set(texts.map(labelValue)).size).toBe(texts.length);
	});

	it("is always valid for Kubernetes", () => {
		fc.assert(
			fc.property(anyText({ maxLength: 100 }), (text) => {
				expect(labelValue(text)).toMatch(/^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/);
			}),
		);
	});
});
