import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { runningRemediation, timelineOf } from "../support/remediation-life.ts";
import { sampleId } from "../support/sample-incident.ts";
import { type Stub, stubEffects } from "../support/stub-effects.ts";
import { get, send } from "../support/worker.ts";

const ID = sampleId(1);

async function running(): Promise<Stub> {
	const stub = stubEffects();
	await runningRemediation(stub, ID);
	return stub;
}

async function post(action: string, body?: unknown) {
	const { status, body: answer } = await send(
		new Request(`http://127.0.0.1:8787/api/incidents/${ID}/${action}`, {
			method: "POST",
			headers: { authorization: `Bearer ${env.HEALER_API_TOKEN}` },
			...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
		}),
	);
	return { status, answer };
}

async function trail() {
	return (await env.JOURNAL.prepare("SELECT action, target, detail FROM audit").all()).results;
}

describe("actOnIncident", () => {
	it("gives a running incident to the agent that a retry names, with its line in timeline and audit trail", async () => {
		const stub = await running();
		expect(await post("retry", { agent: "bolt" })).toEqual({ status: 200, answer: { status: "waiting", attempt: 2 } });
		expect(await findIncident(env.JOURNAL, ID)).toMatchObject({ status: "waiting", attempt: 2, escalate_to: "bolt" });
		expect((await timelineOf(stub, ID)).at(-1)).toMatchObject({
			event: "reassigned",
			from_status: "running",
			to_status: "waiting",
			reason: expect.stringMatching(/^retried with bolt by the API token; attempt 2 starts once healer-ci-rex-/),
		});
		expect(await trail()).toEqual([{ action: "retry", target: ID, detail: "bolt" }]);
	});

	it("answers a repeated request with the state, and makes no further attempt", async () => {
		await running();
		const answers = [];
		for (let times = 0; times < 3; times++) answers.push(await post("retry", { agent: "bolt" }));
		expect(new Set(answers.map(({ status, answer }) => `${status} ${JSON.stringify(answer)}`))).toEqual(
			new Set(['200 {"status":"waiting","attempt":2}']),
		);
	});

	it("names the pipeline's agents when there is no such one", async () => {
		await running();
		expect(await post("retry", { agent: "blot" })).toEqual({
			status: 400,
			answer: { error: "there is no such agent; there are rex, blaze, bolt, cipher, atlas" },
		});
		expect((await findIncident(env.JOURNAL, ID))?.status).toBe("running");
		expect(await trail()).toEqual([]);
	});

	it.each([
		["retry", { agents: "bolt" }],
		["retry", { agent: 1 }],
		["retry", "bolt"],
		["stop", { agent: "bolt" }],
		["release", []],
	])("400 for %s with %j", async (action, body) => {
		await running();
		expect(await post(action, body)).toEqual({
			status: 400,
			answer: { error: "the body is JSON, and may be left out; of retry it may be {agent}, of stop {reason}" },
		});
	});

	it.each([undefined, {}])("refuses a plain retry of one that runs, with the body %j", async (body) => {
		await running();
		expect(await post("retry", body)).toEqual({
			status: 409,
			answer: { error: "there is nothing to retry while it is running" },
		});
	});

	it("shows the agents that a retry may name", async () => {
		await running();
		expect((await send(get(`/api/incidents/${ID}`))).body.agents).toEqual(["rex", "blaze", "bolt", "cipher", "atlas"]);
	});
});
