import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NotificationMessage } from "../../../worker/notifications/message.ts";
import { slackMessage } from "../../../worker/notifications/slack-message.ts";
import { runs } from "../../support/tiers/at-size.ts";

type Incident = Exclude<NotificationMessage, { type: "delivery.lost" | "pause.started" | "test" }>["data"]["incident"];

const ID = "0123456789abcdef0123456789abcdef";
const INCIDENT: Incident = {
	id: ID,
	url: `https://healer.example.com/incidents/${ID}`,
	status: "escalated",
	reason: "3 attempts did not fix it",
	repository: "acme/shop",
	branch: "fix/parser",
	kind: "ci",
	title: "CI",
	part: "clippy",
	pr_number: 7,
	pr_url: "https://github.com/acme/shop/pull/7",
	run_url: "https://github.com/acme/shop/actions/runs/100",
	agent: "rex",
	failure_type: "rust_clippy",
	rule: "rust",
	verdict: null,
	attempt: 3,
	created_at: "2026-11-22T12:00:00.000Z",
};

function textOf(changes: Partial<Incident>): string {
	const incident = { ...INCIDENT, ...changes };
	const message = slackMessage({ type: "incident.escalated", timestamp: INCIDENT.created_at, data: { incident } });
	return message.blocks[0]?.text.text ?? "";
}

describe("slackMessage", () => {
	it("says what failed, where, why, and where to look", () => {
		expect(textOf({}).split("\n")).toEqual([
			"*Healer needs a person*: `CI, clippy`",
			"Repository: `acme/shop`",
			"Branch: `fix/parser`",
			"Reason: `3 attempts did not fix it`",
			`<https://healer.example.com/incidents/${ID}|Incident> · <https://github.com/acme/shop/pull/7|Pull request #7> · <https://github.com/acme/shop/actions/runs/100|What failed>`,
		]);
	});

	it("names the incident where it has no page", () => {
		expect(textOf({ url: null, pr_url: null, run_url: null })).toContain(`\nIncident \`${ID}\``);
	});

	it.each([
		["<!channel> & <https://evil.test|GitHub>", "`&lt;!channel&gt; &amp; &lt;https://evil.test|GitHub&gt;`"],
		["x` <@U1> `y", "`x' &lt;@U1&gt; 'y`"],
		["*bold*\n```\n> quote \u202e", "`*bold* ''' &gt; quote`"],
		["", "`(nothing)`"],
	])("shows a branch called %j as text", (branch, shown) => {
		expect(textOf({ branch })).toContain(`\nBranch: ${shown}\n`);
	});

	it("cuts what is long", () => {
		expect(textOf({ reason: "x".repeat(5_000) })).toContain(`Reason: \`${"x".repeat(200)}…\`\n`);
	});

	it("has no markup, link or mention in any text of others, and fits a section, whatever they write", () => {
		const hostile = fc.string({ unit: fc.constantFrom(..."<>&`*_~|!@#\n ax\u202e"), maxLength: 600 });
		const property = fc.property(hostile, hostile, hostile, (branch, title, reason) => {
			const text = textOf({
				branch,
				title,
				part: null,
				reason,
				verdict: reason,
				url: null,
				pr_url: null,
				run_url: null,
			});
			const outside = text.replaceAll(/`[^`\n]+`/g, "");
			expect(outside).toBe("*Healer needs a person*: \nRepository: \nBranch: \nReason: \nVerdict: \nIncident ");
			expect(text.replaceAll(/&(?:amp|lt|gt);/g, "")).not.toMatch(/[<>&]/);
			expect(text.length).toBeLessThan(3_000 + 2_000);
		});
		void fc.assert(property, { numRuns: runs(500) });
	});

	it("says what a test and a lost delivery are about", () => {
		const timestamp = INCIDENT.created_at;
		const test = slackMessage({
			type: "test",
			timestamp,
			data: { target: "oncall", requested_by: "an operate token" },
		});
		expect(test.blocks[0]?.text.text).toBe(
			"*A test message of Healer*\nTarget `oncall`, requested by `an operate token`.",
		);
		expect(test.text).toBe("A test message of Healer");
	});
});
