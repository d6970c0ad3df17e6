import { describe, expect, it } from "vitest";
import { redactData } from "../../../pipeline/redaction/redact-data.ts";
import { made, PLANTED } from "./planted-secrets.ts";

describe("redactData", () => {
	it("redacts every text, however deep", () => {
		for (const { secret, text } of PLANTED) {
			expect(JSON.stringify(redactData({ a: [{ b: { c: [text] } }] }))).not.toContain(secret);
		}
	});

	it("redacts by the name of a field, and by the name beside a value", () => {
		const data = {
			password: "short",
			env: [
				{ name: "DB_PASSWORD", value: "short" },
				{ name: "PORT", value: "8080" },
			],
			token: null,
			tokens: 12,
		};
		expect(redactData(data)).toEqual({
			password: "[redacted: password]",
			env: [
				{ name: "DB_PASSWORD", value: "[redacted: password]" },
				{ name: "PORT", value: "8080" },
			],
			token: null,
			tokens: 12,
		});
	});

	it("reads a list of texts as lines of one log", () => {
		const lines = ["- name: DB_PASSWORD\n  image: x", "- name: DB_PASSWORD", "  value: short", "end"];
		expect(redactData({ lines })).toEqual({
			lines: ["- name: DB_PASSWORD\n  image: x", "- name: DB_PASSWORD", "  value: [redacted: password]", "end"],
		});
	});

	it("keeps the identifiers of branches, commits, repositories and files", () => {
		const known = {
			branch: `fix/token=${made(20, 1)}`,
			head_sha: made(40, 2, "0123456789abcdef"),
			path: "a/token=b",
			full_name: "o/r",
		};
		expect(redactData(known)).toEqual(known);
	});

	it("keeps names such as __proto__ as data", () => {
		const data = JSON.parse('{"__proto__": {"a": "b"}}');
		expect(JSON.stringify(redactData(data))).toBe('{"__proto__":{"a":"b"}}');
	});
});
