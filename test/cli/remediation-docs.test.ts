import { describe, expect, it } from "vitest";
import { TRANSITIONS } from "../../worker/journal/state-machine.ts";
import { tableOf } from "../support/markdown.ts";

describe("docs/remediation.md", () => {
	it("lists every transition", () => {
		const rows = Object.entries(TRANSITIONS).map(([event, { from, to }]) => [event, from.join(", "), to]);
		expect(tableOf("docs/remediation.md", "| event | from | to |")).toEqual(rows);
	});
});
