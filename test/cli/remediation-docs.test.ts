import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TRANSITIONS } from "../../worker/journal/state-machine.ts";
import { INCIDENT_STATUSES } from "../../worker/journal/statuses.ts";
import { tableOf } from "../support/markdown.ts";

describe("docs/remediation.md", () => {
	it("lists every transition", () => {
		const rows = Object.entries(TRANSITIONS).map(([event, { from, to }]) => [event, from.join(", "), to]);
		expect(tableOf("docs/remediation.md", "| event | from | to |")).toEqual(rows);
	});
});

describe("the picture in docs/architecture.md", () => {
	it("has every event of the machine, with the state that it leads to, and every state", () => {
		const text = readFileSync("docs/architecture.md", "utf8");
		const [, picture = ""] = /## States[\s\S]*?```\n([\s\S]*?)```/.exec(text) ?? [];
		const drawn = [...picture.matchAll(/(\w+) ──▶ (\w+)/g)].map(([, event, to]) => `${event} ${to}`);
		const machine = Object.entries(TRANSITIONS).map(([event, { to }]) => `${event} ${to}`);
		expect([...new Set(drawn)].toSorted()).toEqual(machine.toSorted());
		const words = new Set(picture.match(/\w+/g));
		expect(INCIDENT_STATUSES.filter((status) => !words.has(status))).toEqual([]);
	});
});
