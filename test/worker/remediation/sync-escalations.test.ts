import { describe, expect, it } from "vitest";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import type { Effects } from "../../../worker/effects.ts";
import { retryRemediation } from "../../../worker/remediation/actions.ts";
import { syncEscalations } from "../../../worker/remediation/sync-escalations.ts";
import { commentGitHub } from "../support/comment-github.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const ID = sampleId(1);

describe("syncEscalations", () => {
	it("updates the comment of a remediation that continued after a person was notified, each time once", async () => {
		const { stub, hub } = await told();
		await syncEscalations(stub);
		expect(hub.asked).toEqual([]);

		await retryRemediation(stub, ID, "octocat");
		await syncEscalations(stub);
		await syncEscalations(stub);
		expect(hub.asked).toEqual([
			"PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
			"DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}",
		]);
		const [mark, heading, ...rest] = hub.comments[0]?.body.split("\n") ?? [];
		expect(mark).toBe(`<!-- healer:${ID} -->`);
		expect(heading).toBe("### Healer no longer needs a person here: ` waiting `, ` retried by octocat `");
		expect(rest).toContain("- Reason: ` all is tried `");

		await stub.journal.prepare("UPDATE incidents SET status = 'fixed', reason = 'CI passed'").run();
		await syncEscalations(stub);
		expect(hub.comments[0]?.body).toContain("` fixed `, ` CI passed `");
	});

	it("tries again when GitHub did not take it, and not when the comment is gone", async () => {
		const { stub, hub } = await told();
		await retryRemediation(stub, ID, "octocat");
		hub.fails = () => ({ reason: "unavailable", detail: "503" });
		await syncEscalations(stub);
		hub.fails = () => undefined;
		hub.comments.length = 0;
		await syncEscalations(stub);
		const asked = hub.asked.length;
		await syncEscalations(stub);
		expect(hub.asked).toHaveLength(asked);
		expect(hub.comments).toEqual([]);
	});

	it("leaves it to the next telling when it is escalated again", async () => {
		const { stub, hub } = await told();
		await stub.journal.prepare("UPDATE incidents SET escalation_status = 'waiting'").run();
		await syncEscalations(stub);
		expect(hub.asked).toEqual([]);
		expect(await stub.journal.prepare("SELECT escalation_status FROM incidents").first("escalation_status")).toBeNull();
	});
});

/** An escalated incident of which a comment on pull request 7 told. */
async function told() {
	const hub = commentGitHub();
	const stub: Stub & { github: Effects["github"] } = stubEffects();
	stub.github = hub;
	await journalIncident(stub, sampleIncident({ id: ID, branch: "fix/parser", pr_number: 7 }));
	await sweepDue(stub);
	hub.comments.push({ id: 9000, issue: 7, body: `<!-- healer:${ID} -->\n### ...`, user: { login: "healer[bot]" } });
	await stub.journal.batch([
		stub.journal.prepare(
			`UPDATE incidents SET status = 'escalated', reason = 'all is tried', next_try_at = NULL,
				escalation_url = 'https://github.com/5dlabs/cto/pull/7#issuecomment-9000'`,
		),
		stub.journal.prepare(
			`INSERT INTO transitions (incident_id, at, attempt, event, from_status, to_status, reason)
			SELECT id, 1, 1, 'escalated', 'running', 'escalated', 'all is tried' FROM incidents`,
		),
	]);
	return { stub, hub };
}
