import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readBody } from "../../../worker/http/body.ts";
import { EXAMPLES, failedJob, failedRun } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { type Answer, fireCron, get, passTime, passTimeUntil, send } from "../support/worker.ts";

const MB = 1024 * 1024;
const HEX32 = /^[0-9a-f]{32}$/;

describe("receiveGithub", () => {
	it("accepts a failed job, knows it again, and journals it with its explanation", async () => {
		const first = await send(signedDelivery(failedJob(), { delivery: "d-1" }));
		expect(first.status).toBe(202);
		expect(first.body).toEqual({ status: "accepted", incident_id: expect.stringMatching(HEX32), reason: null });

		const again = await send(signedDelivery(failedJob(), { delivery: "d-1" }));
		expect(again.status).toBe(202);
		expect(again.body).toMatchObject({ status: "duplicate", incident_id: first.body.incident_id });

		const shown = await send(get(`/api/incidents/${first.body.incident_id}`));
		expect(shown.body).toMatchObject({
			status: "accepted",
			event: "workflow_job",
			repository: "5dlabs/cto",
			branch: "fix/parser",
			run_id: "289782451",
			explanation: { stages: [{ stage: "events" }, { stage: "filters" }] },
			deliveries: [{ delivery_id: "d-1", event: "workflow_job" }],
		});
	});

	it("makes one CodeRun of a failure that is told five ways at once", async () => {
		const relay = stubRelay();
		const answers = await Promise.all([
			send(signedDelivery(failedJob(), { delivery: "same" })),
			send(signedDelivery(failedJob(), { delivery: "same" })),
			send(signedDelivery(failedJob(), { delivery: "another-hook" })),
			send(signedDelivery(failedJob({ job_id: 8, name: "test" }), { delivery: "another-job" })),
			send(signedDelivery(failedRun(), { event: "workflow_run", delivery: "the-run" })),
		]);
		expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
		expect(answers.map(({ body }) => body.status).sort()).toEqual([
			"accepted",
			"duplicate",
			"duplicate",
			"duplicate",
			"duplicate",
		]);
		expect(new Set(answers.map(({ body }) => body.incident_id)).size).toBe(1);

		await passTime();
		await Promise.all([fireCron(), fireCron()]);
		expect(relay.made).toHaveLength(1);
		const { body } = await send(get("/api/incidents"));
		expect(body.incidents).toMatchObject([{ status: "running", agent: "rex", coderun_name: relay.made[0] }]);
	});

	it("cancels an incident when a later delivery tells of a skip marker", async () => {
		const relay = stubRelay();
		const { incident_id } = (await send(signedDelivery(failedJob()))).body;
		const run = failedRun();
		const told = {
			...run,
			workflow_run: { ...(run.workflow_run as object), head_commit: { message: "x [skip-healer]" } },
		};
		expect((await send(signedDelivery(told, { event: "workflow_run" }))).body).toMatchObject({
			status: "recorded",
			incident_id,
		});
		await passTime();
		await fireCron();
		expect(relay.made).toEqual([]);
		const { body } = await send(get("/api/incidents"));
		expect(body.incidents).toMatchObject([
			{ status: "cancelled", reason: "filter skip-markers refused it once its context was known" },
		]);
	});

	it("brings an incident through once the relay is back", async () => {
		const relay = stubRelay();
		relay.answer = () => new Response("bad gateway", { status: 502 });
		await send(signedDelivery(failedJob()));
		for (let i = 0; i < 3; i++) {
			await passTime();
			await fireCron();
		}
		expect((await send(get("/api/status"))).body.incidents).toMatchObject({ waiting: 1, running: 0 });

		relay.answer = undefined;
		await passTime();
		await fireCron();
		expect((await send(get("/api/status"))).body.incidents).toMatchObject({ waiting: 0, running: 1 });
		expect(new Set(relay.requests.map(({ body }) => body)).size).toBe(1);
		expect(new Set(relay.requests.map(({ id }) => id)).size).toBe(1);
	});

	it("is woken by the Queue itself", async () => {
		const relay = stubRelay();
		const { exports } = await import("cloudflare:workers");
		const answer = await exports.default.fetch(await signedDelivery(failedJob()));
		const { incident_id } = await answer.json<{ incident_id: string }>();
		await passTime();
		await env.WAKEUPS.send({ incident_id });
		await expect.poll(() => relay.made.length, { timeout: 10_000, interval: 50 }).toBe(1);
	});

	describe("what bad input gets", () => {
		it.each([
			["a wrong secret", { secret: "another secret" }],
			["no signature", { headers: { "x-hub-signature-256": null } }],
			["a malformed signature", { headers: { "x-hub-signature-256": "sha256=1234" } }],
			[
				"SHA-1 only",
				{
					headers: {
						"x-hub-signature-256": null,
						// printf %s '{}' | openssl dgst -sha1 -hmac the-new-secret
						"x-hub-signature": "sha1=546ab2e70e23ab846fe5984c826ca568cf0f5813",
					},
				},
			],
		])("401 for %s", async (_name, options) => {
			const answer = await send(signedDelivery("{}", options));
			expect(answer.status).toBe(401);
			expect(answer.body).toEqual({ error: "wrong or missing X-Hub-Signature-256" });
		});

		it("takes the older secret while it is being rotated", async () => {
			expect((await send(signedDelivery(failedJob(), { secret: "the-old-secret" }))).status).toBe(202);
		});

		it.each([
			["X-GitHub-Event", { event: null }],
			["X-GitHub-Delivery", { delivery: null }],
			["X-GitHub-Event, X-GitHub-Delivery", { event: null, delivery: null }],
			["X-GitHub-Event", { event: "no such thing!" }],
			["X-GitHub-Delivery", { delivery: "x".repeat(201) }],
		])("400 without a valid %s", async (names, options) => {
			const answer = await send(signedDelivery(failedJob(), options));
			expect(answer.status).toBe(400);
			expect(answer.body).toEqual({ error: `missing or malformed header: ${names}` });
		});

		it.each([
			["nothing", ""],
			["a word", "payload"],
			["a cut object", '{"action":'],
			["invalid UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
			["a byte order mark", new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])],
		])("400 for a signed body that is not JSON: %s", async (_name, body) => {
			const answer = await send(signedDelivery(body));
			expect(answer.status).toBe(400);
			expect(answer.body).toEqual({ error: "the body is not JSON" });
		});

		it("415 for GitHub's form encoding, and says what to set", async () => {
			const form = `payload=${encodeURIComponent(JSON.stringify(failedJob()))}`;
			const headers = { "content-type": "application/x-www-form-urlencoded" };
			const answer = await send(signedDelivery(form, { headers }));
			expect(answer.status).toBe(415);
			expect(answer.body).toEqual({ error: "set the webhook's content type to application/json" });
		});

		it("413 over 25 MB", async () => {
			const answer = await send(
				signedDelivery(new Uint8Array(25 * MB + 1), { headers: { "x-hub-signature-256": `sha256=${"0".repeat(64)}` } }),
			);
			expect(answer.status).toBe(413);
		});

		it("503 with Retry-After for a body over 2 MB while another is worked on, and takes it afterwards", async () => {
			const large = () => signedDelivery({ ...failedJob(), padding: "x".repeat(3 * MB) });
			const first = await readBody(await large());
			const second = await passTimeUntil(send(large()));
			expect(second.status).toBe(503);
			expect(second.headers.get("retry-after")).toBe("2");

			if (first.ok) first.release();
			expect((await send(large())).body).toMatchObject({ status: "accepted" });
		});

		it("405 for another method, 404 for another path", async () => {
			const got = await send(get("/webhooks/github"));
			expect(got.status).toBe(405);
			expect(got.headers.get("allow")).toBe("POST");
			expect((await send(get("/webhooks/gitlab"))).status).toBe(404);
			expect((await send(get("/nothing"))).status).toBe(404);
		});

		it("503 and never a 202 when the journal fails, and the delivery passes when sent again", async () => {
			const full = {
				prepare: env.JOURNAL.prepare.bind(env.JOURNAL),
				batch: () => Promise.reject(new Error("D1_ERROR: disk full")),
			};
			const failing = await send(signedDelivery(failedJob()), { JOURNAL: full as unknown as D1Database });
			expect(failing.status).toBe(503);
			expect(failing.headers.get("retry-after")).toBe("10");
			expect(JSON.stringify(failing.body)).not.toContain("D1_ERROR");
			expect((await send(signedDelivery(failedJob()))).body).toMatchObject({ status: "accepted" });
		});

		it("202 although the Queue fails: the sweep finds the incident", async () => {
			const relay = stubRelay();
			const queue = { send: () => Promise.reject(new Error("Queue is overloaded. Please back off.")) };
			const answer = await send(signedDelivery(failedJob()), { WAKEUPS: queue as unknown as Queue<never> });
			expect(answer.body).toMatchObject({ status: "accepted" });
			await passTime();
			await fireCron();
			expect(relay.made).toHaveLength(1);
		});

		it.each([
			["an event that the pipeline does not know", "watch", { action: "started" }, "unknown_event"],
			["an action that it does not know", "workflow_job", { ...failedJob(), action: "queued" }, "not_matched"],
			["no repository", "workflow_job", { ...failedJob(), repository: null }, "no_repository"],
			["another repository", "workflow_job", failedJob({ repository: "octo/hello" }), "filtered"],
		])("202 ignored, with the reason, for %s", async (_name, event, payload, kind) => {
			const answer = await send(signedDelivery(payload, { event }));
			expect(answer.status).toBe(202);
			expect(answer.body).toEqual({ status: "ignored", incident_id: null, reason: expect.stringMatching(/\w/) });
			const status = await send(get("/api/status"));
			expect(status.body.ignored).toEqual({ [kind]: 1 });
		});

		it("202 ignored with a pong for a ping", async () => {
			const answer = await send(signedDelivery({ zen: "Keep it logically awesome.", hook_id: 1 }, { event: "ping" }));
			expect(answer.status).toBe(202);
			expect(answer.body).toEqual({ status: "ignored", incident_id: null, reason: "pong: the webhook is set up" });
		});

		it.each([
			["null"],
			["[]"],
			['"text"'],
			["1"],
			["{}"],
			['{"repository":[]}'],
			['{"__proto__":{"action":"completed"}}'],
		])("202 ignored for the payload %s", async (payload) => {
			const answer = await send(signedDelivery(payload));
			expect(answer.status).toBe(202);
			expect(answer.body.status).toBe("ignored");
		});

		it("never a 5xx for a payload nested 100,000 deep", async () => {
			const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
			for (const event of ["workflow_job", "play_stage_failure", "status"]) {
				const answer = await send(signedDelivery(`{"repository":{"full_name":"5dlabs/cto"},"x":${deep}}`, { event }));
				expect(answer.status).toBe(202);
			}
		});

		it.each([
			["NUL", "a\u0000b"],
			["lone surrogates", "a\ud800b\udc00"],
			["newlines, quotes and YAML", "a\"\n- b: {c: d}\n---\n'#"],
			["mustache", "{{model}} {{{model}}} {{/x}} {{=<% %>=}}"],
			["ANSI", "\u001b[31mred\u001b[0m\u009b31m"],
			["a megabyte", "b".repeat(MB)],
			["a number", 7],
			["an object", { name: "main" }],
		])("gives a valid spawn request whatever a branch, job or workflow is called: %s", async (_name, text) => {
			const relay = stubRelay();
			const payload = failedJob({ branch: text, name: text, workflow_name: text });
			expect((await send(signedDelivery(payload))).body).toMatchObject({ status: "accepted" });
			await passTime();
			await fireCron();
			expect(relay.made).toHaveLength(1);
			const { coderun } = JSON.parse(relay.requests[0]?.body ?? "");
			for (const value of Object.values<string>(coderun.metadata.labels)) {
				expect(value).toMatch(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/);
			}
			expect(relay.requests[0]?.body.isWellFormed()).toBe(true);
			expect(relay.requests[0]?.body.includes("\\u0000")).toBe(false);
			expect(relay.requests[0]?.body.length).toBeLessThan(MB);
		});
	});

	describe("GitHub's own examples", () => {
		const rows = EXAMPLES.flatMap(({ name, examples }) => examples.map((payload) => ({ event: name, payload })));

		it("are there", () => {
			expect(rows.length).toBeGreaterThan(300);
		});

		it("are all ignored with a reason when they are another repository's, and none gets a 5xx", async () => {
			const answers = await sendAll(rows);
			const isIgnored = ({ status, body }: Answer) => status === 202 && body.status === "ignored" && body.reason;
			expect(answers.filter((answer) => !isIgnored(answer))).toEqual([]);
			const { results } = await env.JOURNAL.prepare("SELECT id FROM incidents").all();
			expect(results).toEqual([]);
		});

		it("get a verdict and never a 5xx when they are ours", async () => {
			const ours = rows.map(({ event, payload }) => ({
				event,
				payload: { ...payload, repository: { ...payload.repository, full_name: "5dlabs/cto" } },
			}));
			const answers = await sendAll(ours);
			expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
			expect(answers.filter(({ body }) => body.status === "accepted").length).toBeGreaterThan(3);
		});
	});
});

async function sendAll(rows: readonly { readonly event: string; readonly payload: unknown }[]): Promise<Answer[]> {
	return await Promise.all(rows.map(({ event, payload }) => send(signedDelivery(payload, { event }))));
}
