import { describe, expect, it } from "vitest";
import { policyTexts } from "../../../pipeline/build/policy-texts.ts";
import type { Artefact } from "../../../pipeline/index.ts";

describe("policyTexts", () => {
	it("writes equal policies equally: keys in one order, names first, durations as in the file", () => {
		const artefact = {
			version: "0",
			webhook_events: [],
			log_patterns: [],
			prompts: { fix: "Fix it.\n" },
			route: [{ when: "a", agent: "rex", name: "rust" }],
			dedup: [{ ttl_s: 600, name: "branch" }],
			outcome: { pause_s: 0, deadline_s: 7200, start_deadline_s: 90 },
		} as unknown as Artefact;
		expect(policyTexts(artefact)).toEqual({
			"pipeline.yaml": [
				"dedup:",
				"  - name: branch",
				"    ttl: 10m",
				"outcome:",
				"  deadline: 2h",
				"  pause: 0s",
				"  start_deadline: 90s",
				"route:",
				"  - name: rust",
				"    agent: rex",
				"    when: a",
				"",
			].join("\n"),
			"prompts/fix.mustache": "Fix it.\n",
		});
	});
});
