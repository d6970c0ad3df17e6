import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sweepCommands } from "../../worker/commands/sweep-commands.ts";
import { sweepDue } from "../../worker/dispatch/due-incidents.ts";
import { pruneJournal } from "../../worker/jobs/prune-journal.ts";
import { findIncident } from "../../worker/journal/incidents.ts";
import { syncEscalations } from "../../worker/remediation/sync-escalations.ts";
import { commentGitHub } from "./support/comment-github.ts";
import { failedJob } from "./support/failed-job.ts";
import { finishAttempt } from "./support/finish-attempt.ts";
import { sampleId, sampleIncident } from "./support/sample-incident.ts";
import { signedDelivery } from "./support/signed-delivery.ts";
import { journalIncident, type Stub, stubEffects } from "./support/stub-effects.ts";
import { get, send } from "./support/worker.ts";

const DAMAGED = sampleId(1);
const HEALTHY = sampleId(2);

describe("one row that cannot be read", () => {
	it("is shown in the list and by itself, with what is wrong, among the others", async () => {
		await twoIncidents(stubEffects());
		const list = await send(get("/api/incidents?with=title"));
		expect(list.status).toBe(200);
		expect(list.body.incidents).toMatchObject([
			{ id: HEALTHY, title: "clippy" },
			{
				id: DAMAGED,
				title: "workflow_job",
				part: "incidents.incident is damaged: Invalid input: expected object, received null",
			},
		]);
		const shown = await send(get(`/api/incidents/${DAMAGED}`));
		expect(shown.body).toMatchObject({
			incident: { id: DAMAGED, repository: "5dlabs/cto" },
			explanation: { stages: [{ outcome: "incidents.explanation is damaged: it is not JSON" }] },
			context: null,
			attempts: [{ coderun: null }],
		});
	});

	it("is exported as damaged, and left out of a backtest", async () => {
		await twoIncidents(stubEffects());
		const token = { authorization: `Bearer ${env.HEALER_API_TOKEN}` };
		const journal = await send(get("/api/export?with=journal", token));
		expect(journal.body.journal).toMatchObject([
			{
				id: DAMAGED,
				incident: null,
				damaged: [
					"incidents.incident is damaged: Invalid input: expected object, received null",
					"incidents.explanation is damaged: it is not JSON",
					"incidents.context is damaged: Invalid input: expected record, received number",
				],
			},
			{ id: HEALTHY, incident: { id: HEALTHY } },
		]);
		const backtest = await send(get("/api/export", token));
		expect(backtest.body.incidents).toMatchObject([{ id: HEALTHY }]);
	});

	it("costs a delivery on its branch nothing", async () => {
		await twoIncidents(stubEffects());
		await env.JOURNAL.prepare("UPDATE incidents SET status = 'running', branch = 'fix/parser'").run();
		// Nobody says who pushed: the remediations under way on the branch are compared.
		const delivery = await signedDelivery({ ...failedJob(), sender: undefined });
		expect(await send(delivery)).toMatchObject({ status: 202, body: { status: "accepted" } });
	});

	it("lets the relay report an outcome, which stays in the journal", async () => {
		const stub = stubEffects();
		await twoIncidents(stub);
		await env.JOURNAL.prepare("UPDATE incidents SET explanation = '{\"stages\":[]}'").run();
		await env.JOURNAL.prepare("UPDATE attempts SET request = '{\"coderun\":{}}'").run();
		const name = await env.JOURNAL.prepare("SELECT coderun_name FROM attempts WHERE incident_id = ?1")
			.bind(DAMAGED)
			.first("coderun_name");
		expect(name).toMatch(/^healer-/);
		await finishAttempt(DAMAGED, 1);
		const outcomes = await env.JOURNAL.prepare("SELECT outcome FROM attempts WHERE incident_id = ?1")
			.bind(DAMAGED)
			.first("outcome");
		expect(outcomes).toBe("Succeeded");
		expect(await findIncident(env.JOURNAL, DAMAGED)).toMatchObject({ status: "running" });
	});

	it("stops neither the comments of other pull requests nor other commands", async () => {
		const stub = Object.assign(stubEffects(), { github: commentGitHub() });
		await twoIncidents(stub);
		const command = (pr_number: number) =>
			JSON.stringify({ name: "status", repository: "5dlabs/cto", pr_number, comment_id: pr_number, author: "octocat" });
		const insert = env.JOURNAL.prepare("INSERT INTO commands (id, command, received_at) VALUES (?1, ?2, ?3)");
		await env.JOURNAL.batch([
			insert.bind("damaged", "{", stub.clock - 2),
			insert.bind("of-damaged", command(7), stub.clock - 1),
			insert.bind("whole", command(8), stub.clock),
		]);
		await env.JOURNAL.prepare(
			"INSERT INTO status_comments (repository, pr_number, last_command, requested_at, next_try_at) VALUES ('5dlabs/cto', 9, '7', 1, 1)",
		).run();
		await sweepCommands(stub);
		const { results } = await env.JOURNAL.prepare("SELECT id, answer FROM commands ORDER BY id").all();
		expect(results).toEqual([
			{ id: "damaged", answer: "not answered: commands.command is damaged: it is not JSON" },
			{ id: "of-damaged", answer: "+1" },
			{ id: "whole", answer: "+1" },
		]);
		expect(stub.github.comments.map(({ issue }) => issue)).toEqual([7, 8]);
		const sticky = env.JOURNAL.prepare("SELECT next_try_at, problem FROM status_comments WHERE pr_number = 9");
		expect(await sticky.first()).toMatchObject({
			next_try_at: null,
			problem: expect.stringContaining("status_comments.last_command"),
		});
	});

	it("stops no comment of another escalation", async () => {
		const stub = Object.assign(stubEffects(), { github: commentGitHub() });
		await twoIncidents(stub);
		for (const id of [DAMAGED, HEALTHY]) {
			const body = `<!-- healer:${id} -->\n### ...`;
			const own = { id: 9000 + Number(id), issue: 7, body, user: { login: "healer[bot]" } };
			stub.github.comments.push(own);
			await env.JOURNAL.prepare("UPDATE incidents SET status = 'fixed', escalation_url = ?2 WHERE id = ?1")
				.bind(id, `https://github.com/5dlabs/cto/pull/7#issuecomment-${own.id}`)
				.run();
		}
		await syncEscalations(stub);
		expect(stub.github.comments.map(({ body }) => body.includes("fixed"))).toEqual([false, true]);
		const asked = stub.github.asked.length;
		await syncEscalations(stub);
		expect(stub.github.asked).toHaveLength(asked);
	});

	it("does not keep the retention from taking away the prompts of others, and loses its own", async () => {
		const stub = stubEffects();
		await twoIncidents(stub);
		await env.JOURNAL.prepare("UPDATE incidents SET status = 'failed', next_try_at = NULL, ended_at = 1").run();
		await env.JOURNAL.prepare("UPDATE deliveries SET received_at = ?1").bind(stub.clock).run();
		await pruneJournal(stub);
		const { results } = await env.JOURNAL.prepare("SELECT request FROM attempts ORDER BY incident_id").all();
		expect(results[0]).toEqual({ request: "{}" });
		expect(JSON.parse(String(results[1]?.request))).not.toHaveProperty("coderun");
	});
});

/** Both sent; the older one's JSON is damaged since. */
async function twoIncidents(stub: Stub): Promise<void> {
	for (const id of [DAMAGED, HEALTHY]) {
		await journalIncident(stub, sampleIncident({ id, branch: `b-${id}`, job: "clippy", pr_number: 7 }));
		stub.clock += 1;
	}
	await sweepDue(stub);
	await env.JOURNAL.batch([
		env.JOURNAL.prepare("UPDATE incidents SET incident = 'null', explanation = '{', context = '7' WHERE id = ?1").bind(
			DAMAGED,
		),
		env.JOURNAL.prepare("UPDATE attempts SET request = '{', body = x'01' WHERE incident_id = ?1").bind(DAMAGED),
	]);
	stub.begin();
}
