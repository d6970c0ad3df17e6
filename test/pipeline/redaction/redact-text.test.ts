import { describe, expect, it } from "vitest";
import { redactText } from "../../../pipeline/redaction/redact-text.ts";
import { PLANTED } from "./planted-secrets.ts";

describe("redactText", () => {
	it.each(PLANTED.map((planted, at) => [`${at} ${planted.kind} in ${planted.text.slice(0, 24)}`, planted] as const))(
		"shows the kind of a secret and nothing of it: %s",
		(_, { kind, secret, text }) => {
			const redacted = redactText(text);
			expect(redacted).not.toContain(secret);
			for (let at = 0; at + 12 <= secret.length; at++) expect(redacted).not.toContain(secret.slice(at, at + 12));
			expect(redacted).toContain(`[redacted: ${kind}]`);
			expect(redactText(redacted)).toBe(redacted);
			expect(redacted.split("\n")).toHaveLength(text.split("\n").length);
		},
	);
});
