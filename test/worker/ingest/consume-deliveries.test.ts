import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { PreparedDelivery } from "../../../worker/ingest/delivery-content.ts";
import { failedJob, failedRun, type Payload } from "../support/failed-job.ts";
import { whileTimeFlies } from "../support/fake-time.ts";
import { type Fault, faultyJournal, good, hangs, isWrite, throws } from "../support/faulty-journal.ts";
import { type DeliveryOptions, signedDelivery } from "../support/signed-delivery.ts";
import { consume, deliveriesIn, type StubQueue, stubQueue } from "../support/stub-queue.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { type Answer, fireCron, get, passTime, send, statusOf } from "../support/worker.ts";

const QUEUED = { status: "accepted", reason: "journal unavailable, queued" };

/** A worker as it is deployed, its journal away until a test says otherwise. */
function deployed(fault: Fault = throws) {
	const at = { fault };
	const queue = stubQueue();
	const changes = {
		JOURNAL: faultyJournal((sql, go) => at.fault(sql, go)),
		DELIVERIES: queue,
		HEALER_LOOPBACK: "",
	};
	return {
		queue,
		changes,
		deliver: (payload: unknown, options: DeliveryOptions = {}): Promise<Answer> =>
			send(signedDelivery(payload, options), changes),
		back: () => {
			at.fault = good;
		},
	};
}

/** The run of the same failure with a skip marker. */
function skippedRun(): Record<string, unknown> {
	const run = failedRun() as Payload;
	return { ...run, workflow_run: { ...run.workflow_run, head_commit: { message: "x [skip-healer]" } } };
}

const comment = (body: string) => ({
	action: "created",
	repository: { full_name: "5dlabs/cto" },
	issue: { number: 7, pull_request: {} },
	comment: { id: 99, body, author_association: "OWNER", user: { login: "octocat", type: "User" } },
});

async function rows(sql: string): Promise<Record<string, unknown>[]> {
	return (await env.JOURNAL.prepare(sql).all()).results;
}

describe("a delivery while the journal is away", () => {
	it("waits in the queue and becomes the incident that it would have been, when it arrived", async () => {
		const relay = stubRelay();
		const hub = deployed();
		const before = Date.now();
		const answer = await hub.deliver(failedJob(), { delivery: "d-1" });
		expect(answer.status).toBe(202);
		expect(answer.body).toEqual({ ...QUEUED, incident_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
		expect(await rows("SELECT id FROM incidents")).toEqual([]);

		hub.back();
		const after = Date.now();
		expect(await consume(hub.queue, hub.changes)).toEqual({ written: 1, waits: [] });
		const shown = await send(get(`/api/incidents/${answer.body.incident_id}`));
		expect(shown.body).toMatchObject({
			status: "accepted",
			branch: "fix/parser",
			run_id: "289782451",
			explanation: { stages: [{ stage: "events" }, { stage: "filters" }] },
			deliveries: [{ delivery_id: "d-1", event: "workflow_job" }],
		});
		const [{ created_at } = {}] = await rows("SELECT created_at FROM incidents");
		expect(Number(created_at)).toBeGreaterThanOrEqual(before);
		expect(Number(created_at)).toBeLessThanOrEqual(after);

		await passTime();
		await fireCron();
		expect(relay.made).toHaveLength(1);
	});

	it("is one incident with deliveries that were written before and after", async () => {
		const hub = deployed();
		await send(signedDelivery(failedJob(), { delivery: "before" }));
		const answer = await hub.deliver(failedJob({ job_id: 8, name: "test" }), { delivery: "meanwhile" });
		await send(signedDelivery(failedRun(), { event: "workflow_run", delivery: "after" }));
		hub.back();
		await consume(hub.queue, hub.changes);
		expect(await rows("SELECT id FROM incidents")).toEqual([{ id: answer.body.incident_id }]);
		expect(await rows("SELECT delivery_id, times FROM deliveries ORDER BY delivery_id")).toEqual([
			{ delivery_id: "after", times: 1 },
			{ delivery_id: "before", times: 1 },
			{ delivery_id: "meanwhile", times: 1 },
		]);
	});

	it("counts once when it was written although nobody heard of it, twice when it came twice", async () => {
		// The write of the delivery itself; before it the repository's name may be learnt.
		const isItsWrite = (sql: string) => isWrite(sql) && sql.includes("deliveries");
		const hub = deployed((sql, go) => (sql.some(isItsWrite) ? go().then(() => throws(sql, go)) : go()));
		expect((await hub.deliver(failedJob(), { delivery: "d-1" })).body).toMatchObject(QUEUED);
		const times = "SELECT times FROM deliveries";
		expect(await rows(times)).toEqual([{ times: 1 }]);
		hub.queue.messages.push(...hub.queue.messages.map((message) => ({ ...message })));
		hub.back();
		expect(await consume(hub.queue, hub.changes)).toEqual({ written: 2, waits: [] });
		expect(await rows(times)).toEqual([{ times: 1 }]);

		await new Promise((resolve) => setTimeout(resolve, 5));
		expect((await hub.deliver(failedJob(), { delivery: "d-1" })).body).toMatchObject({ status: "duplicate" });
		expect(await rows(times)).toEqual([{ times: 2 }]);
	});

	it("is one command, however often it is written, and is answered", async () => {
		const hub = deployed((sql, go) => (sql.some(isWrite) ? go().then(() => throws(sql, go)) : go()));
		const answer = await hub.deliver(comment("/healer retry"), { event: "issue_comment" });
		expect(answer.body).toEqual({ ...QUEUED, incident_id: null });
		hub.back();
		expect(await consume(hub.queue, hub.changes)).toEqual({ written: 1, waits: [] });
		expect(await rows("SELECT json_extract(command, '$.name') AS name, answer FROM commands")).toEqual([
			{ name: "retry", answer: "not answered: no GitHub App is configured" },
		]);
	});

	it("is one command where a comment asks for a fix, however often it is queued", async () => {
		const hub = deployed();
		const answer = await hub.deliver(comment("/healer fix"), { event: "issue_comment" });
		hub.back();
		hub.queue.messages.push(...hub.queue.messages.map((message) => ({ ...message })));
		await consume(hub.queue, hub.changes);
		expect(answer.body).toMatchObject({ incident_id: null });
		expect(await rows("SELECT command ->> 'name' AS name FROM commands")).toEqual([{ name: "fix" }]);
	});

	it("tells of a green check, older news never replacing newer", async () => {
		const hub = deployed();
		const run = (run_id: number, conclusion: string) => {
			const payload = failedRun({ run_id }) as Payload;
			return { ...payload, workflow_run: { ...payload.workflow_run, conclusion } };
		};
		const first = await hub.deliver(run(100, "success"), { event: "workflow_run" });
		const second = await hub.deliver(run(200, "success"), { event: "workflow_run" });
		expect([first.body, second.body]).toEqual([
			{ ...QUEUED, incident_id: null },
			{ ...QUEUED, incident_id: null },
		]);
		hub.back();
		hub.queue.messages.reverse();
		expect(await consume(hub.queue, hub.changes)).toEqual({ written: 2, waits: [] });
		expect(await rows("SELECT conclusion, run_id FROM checks")).toEqual([{ conclusion: "success", run_id: "200" }]);
		expect((await send(get("/api/status"))).body.ignored).toEqual({ tracked: 2 });
	});

	it.each(["as it came", "reversed"])("stops what it opened when it says so, written %s", async (order) => {
		const relay = stubRelay();
		const hub = deployed();
		await hub.deliver(failedJob());
		expect((await hub.deliver(skippedRun(), { event: "workflow_run" })).body).toMatchObject(QUEUED);
		hub.back();
		if (order === "reversed") {
			hub.queue.messages.reverse();
			// Its incident is not there yet: it comes again.
			expect(await consume(hub.queue, hub.changes, 1)).toEqual({ written: 1, waits: [10] });
		}
		await consume(hub.queue, hub.changes);
		expect(hub.queue.messages).toEqual([]);
		await passTime();
		await fireCron();
		expect(relay.made).toEqual([]);
		expect((await send(get("/api/incidents"))).body.incidents).toMatchObject([{ status: "cancelled" }]);
	});

	it("lets the decision wait as long as others of its run may wait in the queue, five minutes at most", async () => {
		for (const [age_s, settle_s] of [
			[0, 5],
			[80, 85],
			[7200, 305],
		] as const) {
			const hub = deployed();
			await hub.deliver(failedJob({ run_id: 4000 + age_s, branch: `fix/${age_s}` }));
			aged(hub.queue, age_s * 1000);
			hub.back();
			await consume(hub.queue, hub.changes);
			const [{ wait_ms } = {}] = await rows(
				`SELECT next_try_at - updated_at AS wait_ms FROM incidents WHERE run_id = '${4000 + age_s}'`,
			);
			expect(Math.floor(Number(wait_ms) / 1000)).toBe(settle_s);
		}
	});

	it("stays in the queue while the journal is away, longer and longer, and is written when it is back", async () => {
		const hub = deployed();
		await hub.deliver(failedJob());
		await hub.deliver(failedJob({ run_id: 2 }));
		const waits: (readonly number[])[] = [];
		for (let i = 0; i < 7; i++) waits.push((await consume(hub.queue, hub.changes)).waits);
		expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300].map((wait) => [wait, wait]));
		hub.back();
		expect(await consume(hub.queue, hub.changes)).toEqual({ written: 2, waits: [] });
	});

	it("is not each tried on a journal that hangs: the first of a batch is", async () => {
		const hub = deployed(throws);
		for (let n = 0; n < 5; n++) await hub.deliver(failedJob({ run_id: n + 1 }));
		let calls = 0;
		const JOURNAL = faultyJournal((sql, go) => {
			calls++;
			return hangs(sql, go);
		});
		const consumed = await whileTimeFlies(() => consume(hub.queue, { ...hub.changes, JOURNAL }));
		expect(consumed).toEqual({ written: 0, waits: [10, 10, 10, 10, 10] });
		expect(calls).toBe(1);
	});

	it("is renewed before its tries are over, until a queue would have forgotten it", async () => {
		const hub = deployed();
		await hub.deliver(failedJob());
		const [message] = hub.queue.messages;
		if (message !== undefined) message.attempts = 89;
		expect(await consume(hub.queue, hub.changes)).toEqual({ written: 1, waits: [] });
		expect(hub.queue.messages).toMatchObject([{ attempts: 0, body: { kind: "delivery" } }]);

		aged(hub.queue, 15 * 24 * 3600_000);
		const [old] = hub.queue.messages;
		if (old !== undefined) old.attempts = 89;
		expect(await consume(hub.queue, hub.changes)).toEqual({ written: 0, waits: [300] });
	});

	it("waits for a worker that can read it", async () => {
		const hub = deployed(good);
		hub.queue.messages.push({ attempts: 0, body: { kind: "delivery", version: 2, delivery: {} } as never });
		expect(await consume(hub.queue, hub.changes)).toEqual({ written: 0, waits: [10] });
	});

	it("goes past a journal that did not answer a moment ago, and tries it again after five seconds", async () => {
		const hub = deployed(hangs);
		const took = await whileTimeFlies(async () => {
			const times: number[] = [];
			for (const pause of [0, 0, 1_000, 5_000]) {
				await new Promise((resolve) => setTimeout(resolve, pause));
				const began = Date.now();
				expect((await hub.deliver(failedJob({ run_id: times.length + 1 }))).body).toMatchObject(QUEUED);
				times.push(Math.round((Date.now() - began) / 1000));
			}
			return times;
		});
		expect(took).toEqual([3, 0, 0, 3]);
		expect(deliveriesIn(hub.queue)).toHaveLength(4);
	});

	it("needs no journal when nothing is to be written down", async () => {
		const hub = deployed();
		const { repository } = failedJob();
		for (const payload of [{}, { repository }]) {
			const answer = await hub.deliver(payload, { event: "watch" });
			expect(answer).toMatchObject({ status: 202, body: { status: "ignored" } });
		}
		expect(hub.queue.messages).toEqual([]);
	});

	it("503 when the queue does not take it either, or it is too large for it, and says so", async () => {
		const hub = deployed();
		hub.queue.fails = () => Promise.reject(new Error("Queue is overloaded. Please back off."));
		const refused = await hub.deliver(failedJob());
		expect(refused.status).toBe(503);
		expect(refused.body.error).toMatch(
			/deliver it again: the journal accepts no writes: .*, and the queue did not accept it$/,
		);

		hub.queue.fails = async () => undefined;
		const steps = Array.from({ length: 200 }, (_, n) => ({
			...{ name: `${n} ${"é".repeat(1000)}`, status: "completed", conclusion: "failure", number: n },
		}));
		const payload = failedJob() as Payload;
		const large = await hub.deliver({ ...payload, workflow_job: { ...payload.workflow_job, steps } });
		expect(large.status).toBe(503);
		expect(large.body.error).toMatch(/, and it is too large for the queue$/);
	});

	it("503 within GitHub's ten seconds when neither journal nor queue answers", async () => {
		const hub = deployed(hangs);
		hub.queue.fails = () => new Promise(() => undefined);
		const took_ms = await whileTimeFlies(async () => {
			const began = Date.now();
			expect(await statusOf(await signedDelivery(failedJob()), hub.changes)).toBe(503);
			return Date.now() - began;
		});
		expect(took_ms).toBeLessThan(7_000);
	});

	it("loses of a long text what does not fit into a message, and nothing else", async () => {
		const hub = deployed();
		const run = failedRun() as Payload;
		const message = `fix: the parser\n\n${"\u0416\u001b".repeat(32_000)}`;
		await hub.deliver(
			{ ...run, workflow_run: { ...run.workflow_run, head_commit: { message } } },
			{ event: "workflow_run", delivery: "long" },
		);
		hub.back();
		await consume(hub.queue, hub.changes);
		const [{ incident } = {}] = await rows("SELECT incident FROM incidents");
		const { commit_message, ...rest } = JSON.parse(String(incident));
		expect(commit_message).toMatch(/^fix: the parser\n\n.+…\[cut \d+ characters, sha256:[0-9a-f]{16}\]$/s);
		expect(commit_message.length).toBeGreaterThan(16_000);
		expect(rest).toMatchObject({ delivery_id: "long", run_id: "289782451", branch: "fix/parser" });
	});
});

describe("the queue itself", () => {
	it("brings a delivery to the worker", async () => {
		const changes = { JOURNAL: faultyJournal(throws), HEALER_LOOPBACK: "" };
		const answer = await send(signedDelivery(failedJob(), { delivery: "by-queue" }), changes);
		expect(answer.body).toMatchObject(QUEUED);
		await expect
			.poll(() => rows("SELECT delivery_id FROM deliveries"), { timeout: 15_000, interval: 100 })
			.toEqual([{ delivery_id: "by-queue" }]);
	});
});

describe("GET /api/status", () => {
	const TOKEN = { authorization: `Bearer ${env.HEALER_API_TOKEN}` };

	it("says how many deliveries wait, also while the journal is away", async () => {
		const hub = deployed();
		await hub.deliver(failedJob());
		await hub.deliver(failedJob({ run_id: 2 }));
		const status = () => send(get("/api/status", TOKEN), hub.changes);
		expect(await status()).toMatchObject({
			status: 503,
			body: {
				error: "the journal accepts no writes: the worker's log has the reason (`npx wrangler tail`)",
				delivery_queue: { waiting: 2, oldest_at: null },
			},
		});
		hub.back();
		expect((await status()).body).toMatchObject({ delivery_queue: { waiting: 2 } });
		await consume(hub.queue, hub.changes);
		expect((await status()).body).toMatchObject({ delivery_queue: { waiting: 0, oldest_at: null } });
	});

	it("says that it does not know when the queue does not", async () => {
		const hub = deployed(good);
		const DELIVERIES = { ...hub.queue, metrics: () => Promise.reject(new Error("no metrics")) };
		const { body } = await send(get("/api/status", TOKEN), { ...hub.changes, DELIVERIES });
		expect(body.delivery_queue).toEqual({ waiting: null, oldest_at: null });
	});
});

/** As if all that waits had come so much earlier. */
function aged(queue: StubQueue, by_ms: number): void {
	for (const delivery of deliveriesIn(queue)) {
		const own = delivery as { -readonly [Field in keyof PreparedDelivery]: PreparedDelivery[Field] };
		own.received_at -= by_ms;
	}
}
