import { describe, expect, it } from "vitest";
import { codeRunName } from "../../wire/coderun-name.ts";

const INCIDENT = "0123456789abcdef0123456789abcdef";

describe("codeRunName", () => {
	it("carries the agent and 16 hex digits of incident and attempt", () => {
		// printf '%s' 0123456789abcdef0123456789abcdef.1 | openssl dgst -sha256
		expect(codeRunName("rex", INCIDENT, 1)).toBe("healer-ci-rex-ed573f914714fbca");
	});

	it("differs for another attempt", () => {
		expect(codeRunName("rex", INCIDENT, 2)).not.toBe(codeRunName("rex", INCIDENT, 1));
	});
});
