import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { EXAMPLES } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { type Answer, fireCron, get, passTime, send } from "../support/worker.ts";

describe("a command in a comment", () => {
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
		expect(status).toBe(202);
		expect(body).toMatchObject({ status: "accepted", incident_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
		expect((await comment("/healer fix rex the flaky test", { id: 1 })).body).toMatchObject({ status: "duplicate" });
		await passTime();
		await fireCron();
		expect(relay.made).toHaveLength(1);
		const shown = await send(get(`/api/incidents/${body.incident_id}`));
		expect(shown.body).toMatchObject({ status: "running", agent: "rex" });
		expect(await commands()).toEqual([{ name: "fix", answer: "not answered: no GitHub App is configured" }]);
	});

	it("stops what was asked for before, and starts it afresh", async () => {
		const asked = await comment("/healer fix", { id: 1 });
		const statusNow = async () => (await send(get(`/api/incidents/${asked.body.incident_id}`))).body.status;
		await comment("/healer stop", { id: 2 });
		expect(await statusNow()).toBe("cancelled");
		await comment("/healer retry", { id: 3 });
		expect(await statusNow()).toBe("waiting");
	});

	it.each([
		["of an App, such as ours", { user: { login: "healer[bot]", type: "Bot" } }],
		["of somebody who may not", { author_association: "NONE" }],
		["that was edited", {}, "edited"],
	])("%s is none", async (_, changes, action = "created") => {
		const { status, body } = await comment("/healer stop", { id: 1, ...changes }, action);
		expect(status).toBe(202);
		expect(body).toMatchObject({ status: "ignored" });
		expect(await commands()).toEqual([]);
	});
});

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
