import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { currentEngine } from "../../../worker/engine.ts";
import { createLog } from "../../../worker/log.ts";
import { now } from "../support/clock.ts";
import { EXAMPLES } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { type Answer, fireCron, get, passTime, send } from "../support/worker.ts";

describe("a command in a comment", () => {
	// There is no App here that could ask for a permission.
	beforeEach(async () => {
		(await shippedCommands()).logins = ["octocat"];
	});
	afterEach(async () => {
		(await shippedCommands()).logins = [];
	});

	it("is taken at once, acted upon, and taken once however often it is delivered", async () => {
		expect((await comment("/healer status", { id: 1 })).body).toEqual({
			status: "accepted",
			incident_id: null,
			reason: "the command status was accepted",
		});
		expect((await comment("/healer status", { id: 1 })).body).toMatchObject({ status: "duplicate" });
		expect(await commands()).toEqual([{ name: "status", answer: "not answered: no GitHub App is configured" }]);
	});

	it("to fix is an incident, and a command to be answered", async () => {
		const relay = stubRelay();
		const { status, body } = await comment("/healer fix rex the flaky test", { id: 1 });
		expect([status, body]).toEqual([
			202,
			{ status: "accepted", incident_id: null, reason: "the command fix was accepted" },
		]);
		expect((await comment("/healer fix rex the flaky test", { id: 1 })).body).toMatchObject({ status: "duplicate" });
		await passTime();
		await fireCron();
		expect(relay.made).toHaveLength(1);
		const shown = await send(get(`/api/incidents/${await onlyIncident()}`));
		expect(shown.body).toMatchObject({ status: "running", agent: "rex" });
		expect(await commands()).toEqual([{ name: "fix", answer: "not answered: no GitHub App is configured" }]);
	});

	it("stops what was asked for before, and starts it afresh", async () => {
		await comment("/healer fix", { id: 1 });
		const id = await onlyIncident();
		const statusNow = async () => (await send(get(`/api/incidents/${id}`))).body.status;
		await comment("/healer stop", { id: 2 });
		expect(await statusNow()).toBe("cancelled");
		await comment("/healer retry", { id: 3 });
		expect(await statusNow()).toBe("waiting");
	});

	it("of somebody else does nothing where nobody can be asked, whatever the association", async () => {
		const somebody = { user: { login: "hubot", type: "User" }, author_association: "OWNER" };
		expect((await comment("/healer fix", { id: 1, ...somebody })).body).toMatchObject({ status: "accepted" });
		const { results } = await env.JOURNAL.prepare("SELECT result ->> 'message' AS message FROM commands").all();
		expect(results).toEqual([
			{
				message:
					"` hubot ` needs ` admin ` or ` maintain ` or ` write ` on this repository, and no GitHub App is configured.",
			},
		]);
		expect((await send(get("/api/incidents"))).body.incidents).toEqual([]);
	});

	it.each([
		["of an App, such as ours", { user: { login: "healer[bot]", type: "Bot" } }],
		["that was edited", {}, "edited"],
	])("%s is none", async (_, changes, action = "created") => {
		const { status, body } = await comment("/healer stop", { id: 1, ...changes }, action);
		expect(status).toBe(202);
		expect(body).toMatchObject({ status: "ignored" });
		expect(await commands()).toEqual([]);
	});
});

/** `settings.commands` of the pipeline in force. */
async function shippedCommands(): Promise<{ logins: readonly string[] }> {
	return (await currentEngine(env, now(), createLog())).settings.commands;
}

async function onlyIncident(): Promise<string> {
	const { incidents } = (await send(get("/api/incidents"))).body as { incidents: { id: string }[] };
	expect(incidents).toHaveLength(1);
	return String(incidents[0]?.id);
}

async function comment(body: string, changes: object, action = "created"): Promise<Answer> {
	const recorded = EXAMPLES.find(({ name }) => name === "issue_comment")?.examples[0];
	if (recorded === undefined) throw new Error("there is no recorded issue_comment");
	const payload = {
		...recorded,
		action,
		issue: { ...recorded.issue, number: 7, pull_request: { url: "https://api.github.com/repos/5dlabs/cto/pulls/7" } },
		comment: {
			...recorded.comment,
			body,
			author_association: "MEMBER",
			user: { login: "octocat", type: "User" },
			...changes,
		},
		repository: { ...recorded.repository, full_name: "5dlabs/cto" },
		sender: { login: "octocat", type: "User" },
	};
	return await send(signedDelivery(payload, { event: "issue_comment" }));
}

async function commands(): Promise<readonly unknown[]> {
	const all = env.JOURNAL.prepare("SELECT json_extract(command, '$.name') AS name, answer FROM commands");
	return (await all.all()).results;
}
