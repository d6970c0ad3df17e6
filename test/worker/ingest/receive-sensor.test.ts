import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { failedJob } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { get, post, send } from "../support/worker.ts";

const CI = "/api/remediate/ci-failure";
const ALERT = "/api/remediate/security-alert";

/** What the sensors in use forward: no action, no sender. */
const run = {
	workflow_run: {
		id: 4711,
		name: "Controller CI",
		conclusion: "failure",
		html_url: "https://github.com/5dlabs/cto/actions/runs/4711",
		head_branch: "main",
		head_sha: "0123456789abcdef0123456789abcdef01234567",
		head_commit: { message: "Fix the controller" },
	},
	repository: { full_name: "5dlabs/cto" },
};

describe("receiveCiFailure", () => {
	it("runs the pipeline inline and answers with what was made", async () => {
		const relay = stubRelay();
		const answer = await send(post(CI, run));
		expect(answer.status).toBe(202);
		expect(answer.body).toEqual({
			status: "accepted",
			coderun_name: expect.stringMatching(/^healer-ci-rex-[0-9a-f]{16}$/),
			agent: "rex",
			failure_type: expect.stringMatching(/\w/),
			dedup_status: "new",
			reason: null,
		});
		expect(relay.made).toEqual([answer.body.coderun_name]);
	});

	it("takes the payload under body, and knows the incident again", async () => {
		const relay = stubRelay();
		const first = await send(post(CI, { headers: {}, body: run }));
		const again = await send(post(CI, run));
		expect(again.status).toBe(200);
		expect(again.body).toEqual({
			...first.body,
			status: "skipped",
			dedup_status: "existing",
			reason: "the incident is known",
		});
		expect(relay.made).toHaveLength(1);
	});

	it("takes the payload as JSON text under body, as Argo Events sends it without useRawData", async () => {
		stubRelay();
		const answer = await send(post(CI, { body: JSON.stringify(run) }));
		expect(answer.status).toBe(202);
		expect(answer.body).toMatchObject({ status: "accepted", agent: "rex", dedup_status: "new" });
	});

	it("is the same incident as the one that GitHub told", async () => {
		stubRelay();
		await send(signedDelivery(failedJob({ run_id: 4711 })));
		const answer = await send(post(CI, run));
		expect(answer.body).toMatchObject({ status: "skipped", dedup_status: "existing", coderun_name: null });
	});

	it("accepts without a name while a claim is held or the agent is busy", async () => {
		const relay = stubRelay();
		relay.answer = () => ({ result: "busy", agent: "rex", active: 1 });
		const answer = await send(post(CI, run));
		expect(answer.status).toBe(202);
		expect(answer.body).toMatchObject({
			status: "accepted",
			dedup_status: "new",
			coderun_name: null,
			agent: "rex",
			reason: "agent rex has 1 unfinished CodeRuns",
		});
	});

	it("accepts without a name while the relay is down: the incident is written down", async () => {
		const relay = stubRelay();
		relay.answer = () =>
			Response.json({ error: "unavailable", cause: "timeout", detail: "no answer" }, { status: 503 });
		expect((await send(post(CI, run))).body).toMatchObject({
			status: "accepted",
			coderun_name: null,
			reason: "the relay answered 503 (timeout): no answer",
		});
	});

	it("says existing when the CodeRun already existed", async () => {
		const relay = stubRelay();
		relay.answer = (name) => ({ result: "exists", coderun_name: name });
		const answer = await send(post(CI, run));
		expect(answer.status).toBe(200);
		expect(answer.body).toMatchObject({ status: "skipped", dedup_status: "existing", agent: "rex" });
	});

	it("skips what a filter refuses, with the reason", async () => {
		const answer = await send(post(CI, { ...run, repository: { full_name: "octo/hello" } }));
		expect(answer.status).toBe(200);
		expect(answer.body).toEqual({
			status: "skipped",
			coderun_name: null,
			agent: null,
			failure_type: null,
			dedup_status: "skipped",
			reason: expect.stringContaining("allowed-repository"),
		});
	});

	it("503 failed when the relay refuses for good", async () => {
		const relay = stubRelay();
		relay.answer = () => ({ result: "refused", reason: "name_taken", detail: "healer-ci-rex-1" });
		const answer = await send(post(CI, run));
		expect(answer.status).toBe(503);
		expect(answer.body).toMatchObject({ status: "failed", reason: expect.stringContaining("name_taken") });
	});

	it("503 failed when the journal fails", async () => {
		const full = { batch: () => Promise.reject(new Error("D1_ERROR: disk full")) };
		const answer = await send(post(CI, run), { JOURNAL: full as unknown as D1Database });
		expect(answer.status).toBe(503);
		expect(answer.body).toMatchObject({ status: "failed", dedup_status: "skipped" });
	});

	it.each([
		["not JSON", "{"],
		["no object", "[]"],
		["nothing that is known", "{}"],
		["an alert", '{"alert":{}}'],
		["a text under body that is not JSON", '{"body":"{"}'],
	])("400 for %s", async (_name, body) => {
		const answer = await send(post(CI, body));
		expect(answer.status).toBe(400);
		expect(answer.body).toMatchObject({ status: "failed", dedup_status: "skipped", coderun_name: null });
	});

	it.each([[""], ["Bearer "], ["Bearer wrong"], [`Basic ${env.HEALER_API_TOKEN}`], [env.HEALER_API_TOKEN]])(
		"401 for the authorization %j",
		async (authorization) => {
			const answer = await send(post(CI, run, { authorization }));
			expect(answer.status).toBe(401);
			expect(answer.body).toMatchObject({ status: "failed" });
		},
	);

	it("takes each of several tokens, so that one can be rotated", async () => {
		const rotated = { HEALER_API_TOKEN: "new-token, old-token" };
		for (const token of ["new-token", "old-token"]) {
			expect((await send(post(CI, [], { authorization: `Bearer ${token}` }), rotated)).status).toBe(400);
		}
		for (const token of ["new-token,", "new-token,old-token", ""]) {
			expect((await send(post(CI, [], { authorization: `Bearer ${token}` }), rotated)).status).toBe(401);
		}
	});

	it("401 when no token is set", async () => {
		expect((await send(post(CI, run), { HEALER_API_TOKEN: "" })).status).toBe(401);
		expect((await send(post(CI, run, { authorization: "Bearer undefined" }), { HEALER_API_TOKEN: "" })).status).toBe(
			401,
		);
	});

	it("405 for another method", async () => {
		expect((await send(get(CI))).status).toBe(405);
	});
});

describe("receiveAlert", () => {
	it("sends an alert to cipher", async () => {
		const relay = stubRelay();
		const alert = { number: 3, dependency: { package: { name: "lodash" } }, security_advisory: { severity: "high" } };
		const answer = await send(post(ALERT, { alert, repository: { full_name: "5dlabs/cto" } }));
		expect(answer.status).toBe(202);
		expect(answer.body).toMatchObject({ status: "accepted", agent: "cipher", coderun_name: relay.made[0] });
	});

	it("400 without an alert", async () => {
		expect((await send(post(ALERT, run))).status).toBe(400);
	});
});

describe("receiveEvent", () => {
	const event = { repository: { full_name: "5dlabs/cto" }, play: "p", stage: "build", error: "boom", branch: "main" };

	it("runs an internal event, whose identity may be its payload", async () => {
		stubRelay();
		const first = await send(post("/api/events/play_stage_failure", event));
		expect(first.body).toMatchObject({ status: "accepted", dedup_status: "new" });
		expect((await send(post("/api/events/play_stage_failure", event))).body).toMatchObject({
			dedup_status: "existing",
		});
		expect((await send(post("/api/events/play_stage_failure", { body: event }))).body).toMatchObject({
			dedup_status: "existing",
		});
	});

	it("skips an event that the pipeline does not know", async () => {
		const answer = await send(post("/api/events/no_such_event", event));
		expect(answer.status).toBe(200);
		expect(answer.body).toMatchObject({ status: "skipped", dedup_status: "skipped" });
	});

	it("401 without the token", async () => {
		expect((await send(post("/api/events/play_stage_failure", event, { authorization: "" }))).status).toBe(401);
	});
});
