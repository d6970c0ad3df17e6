import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { statusCommentText } from "../../../worker/commands/write-status-comment.ts";
import type { PullRequestRemediation } from "../../../worker/journal/pull-request-remediations.ts";
import { sampleIncident } from "../support/sample-incident.ts";

const last_command = { author: "octocat", name: "status", command_result: "here is the current state." };
const HOSTILE = "@everyone | <img src=x> `x` ](http://evil.test) \n| a | b | -->";

const WEB = "https://github.test";

describe("statusCommentText", () => {
	it("shows each remediation in a row", () => {
		const shown = [
			remediation(
				{ status: "awaiting_ci", agent: "rex", attempt: 2, fix: 12 },
				{ workflow: { name: "Controller CI" }, job: "clippy", url: "https://github.test/runs/1" },
			),
			remediation(
				{ status: "waiting", kind: "manual", reason: "busy" },
				{ sender: { login: "octocat" }, command: { name: "fix", args: "rex the lock file" } },
			),
		];
		expect(statusCommentText({ last_command, pr_number: 7 }, { remediations: shown, hasMore: true, web: WEB })).toBe(
			[
				"### Healer",
				"",
				"` octocat ` ran ` /healer status `: here is the current state.",
				"",
				"| what failed | agent | attempt | state | |",
				"| --- | --- | --- | --- | --- |",
				"| ` Controller CI `, ` clippy ` | ` rex ` | 2 | awaiting CI | <https://github.test/runs/1> the fix: #12 |",
				"| requested by ` octocat `: ` rex the lock file ` |  | 1 | waiting: ` busy ` |  |",
				"",
				"Older remediations are not shown.",
				"",
				"Comment `/healer help` for the list of commands.",
			].join("\n"),
		);
	});

	it.each([
		["a workflow", remediation({}, { workflow: { name: HOSTILE }, job: HOSTILE, url: HOSTILE })],
		["a reason", remediation({ reason: HOSTILE, agent: HOSTILE }, {})],
		["arguments", remediation({ kind: "manual" }, { command: { args: HOSTILE }, sender: { login: HOSTILE } })],
	])("shows hostile words of %s as code, in a row of five cells", (_, one) => {
		const row = rowOf(
			statusCommentText({ last_command, pr_number: 7 }, { remediations: [one], hasMore: false, web: WEB }),
		);
		expect(row.split("|")).toHaveLength(7);
		expect(outsideOfCode(row)).not.toMatch(/[@<\]]|evil/);
	});

	it("shows any words as code, in a row of five cells", () => {
		const words = fc.string({ unit: "grapheme", maxLength: 400 });
		fc.assert(
			fc.property(words, words, words, (name, reason, url) => {
				const one = remediation({ reason }, { workflow: { name }, url });
				const row = rowOf(
					statusCommentText({ last_command, pr_number: 7 }, { remediations: [one], hasMore: false, web: WEB }),
				);
				expect(row.split("|")).toHaveLength(7);
				expect(outsideOfCode(row)).not.toMatch(/[@<\]]/);
			}),
		);
	});

	it("shows the words of a command as code", () => {
		const text = statusCommentText(
			{ last_command: { ...last_command, name: "@everyone", author: "a`b" }, pr_number: 7 },
			{ remediations: [], hasMore: false, web: WEB },
		);
		expect(text.split("\n")[2]).toBe("`` a`b `` ran ` /healer @everyone `: here is the current state.");
	});
});

function remediation(
	row: Partial<PullRequestRemediation>,
	told: Partial<Parameters<typeof sampleIncident>[0]>,
): PullRequestRemediation {
	const incident = JSON.stringify(sampleIncident({ id: "1", ...told }));
	const bare = {
		status: "accepted",
		kind: "ci",
		event: "workflow_job",
		reason: null,
		agent: null,
		attempt: 1,
		fix: null,
		base_fixed_on: null,
		base_fixed_by: null,
	};
	return { ...bare, ...row, incident } as PullRequestRemediation;
}

function rowOf(text: string): string {
	return text.split("\n")[6] ?? "";
}

/** What is left when code spans are taken out as CommonMark reads them: a run of backticks to the next one as long. */
function outsideOfCode(markdown: string): string {
	return markdown.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, "");
}
