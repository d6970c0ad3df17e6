import { describe, expect, it } from "vitest";
import type { CommandRequest } from "../../../pipeline/index.ts";
import { answerCommand } from "../../../worker/commands/answer-command.ts";
import type { Effects } from "../../../worker/effects.ts";
import { attemptsTable } from "../../../worker/journal/attempts.ts";
import { insertRow } from "../../../worker/journal/bind-named.ts";
import { addCommand } from "../../../worker/journal/commands.ts";
import { commentGitHub } from "../support/comment-github.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

/** An incident of pull request 7 whose decision waits for a person, and `/healer approve` there. */
async function approveBy(permission: string, more: Partial<{ decidedAfter: boolean }> = {}) {
	const hub = commentGitHub();
	const stub: Stub & { github: Effects["github"] } = stubEffects();
	stub.github = hub;
	hub.permissions.set("octocat", permission);
	const incident_id = sampleId(1);
	await journalIncident(stub, sampleIncident({ id: incident_id, branch: "one", pr_number: 7 }));
	const until = stub.clock + 3_600_000;
	await stub.journal
		.prepare("UPDATE incidents SET status = 'awaiting_approval', next_try_at = ?2 WHERE id = ?1")
		.bind(incident_id, until)
		.run();
	const decided_at = stub.clock + (more.decidedAfter ? 1 : 0);
	await insertRow(stub.journal, attemptsTable, {
		...{ incident_id, attempt: 1, agent: "rex", failure_type: "t", rule: "r", coderun_name: "c", request: "{}" },
		...{ pipeline: "v", decided_at, autonomy: "approve", approve_until: until },
	}).run();
	const request: CommandRequest = {
		...{ id: sampleId(2), name: "approve", repository: "5dlabs/cto", pr_number: 7, comment_id: 2 },
		...{ author: "octocat", delivery_id: "d-2", needs: ["write", "admin"] },
	};
	await addCommand(stub.journal, request, stub.clock);
	await answerCommand(stub, sampleId(2));
	await answerCommand(stub, sampleId(2));
	const row = await stub.journal
		.prepare("SELECT status FROM incidents WHERE id = ?1")
		.bind(incident_id)
		.first("status");
	const audit = await stub.journal.prepare("SELECT who, proof, action, target, detail FROM audit ORDER BY id").all();
	return { status: row, reactions: [...hub.reactions], audit: audit.results };
}

const LINE = { who: "octocat", proof: "comment", action: "approve", target: "5dlabs/cto#7" };

describe("/healer approve", () => {
	it("approves what waits, for somebody whose permission GitHub confirms", async () => {
		expect(await approveBy("write")).toEqual({
			status: "waiting",
			reactions: ["2 eyes"],
			audit: [{ ...LINE, detail: "1 remediation approved: its agent is sent." }],
		});
	});

	it("refuses others, with the reason in the audit trail", async () => {
		expect(await approveBy("read")).toEqual({
			status: "awaiting_approval",
			reactions: ["2 confused"],
			audit: [{ ...LINE, detail: "refused: ` octocat ` needs ` write ` or ` admin ` on this repository." }],
		});
	});

	it("counts for no decision that was made after the comment", async () => {
		expect(await approveBy("write", { decidedAfter: true })).toMatchObject({
			status: "awaiting_approval",
			reactions: ["2 confused"],
			audit: [{ ...LINE, detail: "refused: not approved: it was decided again since, as attempt 1." }],
		});
	});
});
