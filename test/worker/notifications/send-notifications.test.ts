import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { NotifyTarget } from "../../../pipeline/index.ts";
import { verifyMessage } from "../../../wire/signature.ts";
import { sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { keepPage, markLost } from "../../../worker/journal/failed-deliveries.ts";
import { sendNotifications } from "../../../worker/notifications/send-notifications.ts";
import { stopRemediation } from "../../../worker/remediation/actions.ts";
import { happen, runningRemediation } from "../support/remediation-life.ts";
import { sampleId } from "../support/sample-incident.ts";
import { type Stub, stubEffects, stubEngine } from "../support/stub-effects.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrsc";
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const SLACK: NotifyTarget = {
	name: "oncall",
	on: ["escalated", "failed", "dead", "lost_delivery"],
	to: "slack",
	url: "$env(HEALER_NOTIFY_SLACK_URL)",
};
const WEBHOOK: NotifyTarget = {
	name: "hook",
	on: ["escalated", "fixed"],
	to: "webhook",
	url: "$env(HEALER_NOTIFY_HOOK_URL)",
	secret: "$env(HEALER_NOTIFY_HOOK_SECRET)",
};
const VARIABLES: Readonly<Record<string, string>> = {
	HEALER_NOTIFY_SLACK_URL: "https://hooks.slack.test/services/T0/B0/token-in-the-path",
	HEALER_NOTIFY_HOOK_URL: "https://hook.test/in?key=secret-in-the-query",
	HEALER_NOTIFY_HOOK_SECRET: `${NEW_SECRET} ${SECRET}`,
};

interface Received {
	readonly url: string;
	readonly headers: Headers;
	readonly body: string;
	readonly redirect: string | undefined;
}

interface Notified extends Stub {
	/** What the receivers got, in order. */
	readonly received: Received[];
	/** What they answer. */
	answer: (url: string) => Response | Promise<Response>;
}

function notifying(targets: readonly NotifyTarget[], variables = VARIABLES): Notified {
	const stub = stubEffects();
	const received: Received[] = [];
	const notified: Notified = Object.assign(stub, {
		received,
		answer: () => new Response("ok"),
		notifications: {
			...stub.notifications,
			variable: (name: string) => variables[name],
			fetch: (async (url: string, { headers, body, redirect }: RequestInit) => {
				received.push({ url, headers: new Headers(headers), body: String(body), redirect });
				return await notified.answer(url);
			}) as typeof fetch,
		},
	});
	withTargets(notified, targets);
	return notified;
}

function withTargets(stub: Stub, notify: readonly NotifyTarget[]): void {
	const notifyTargets = async ({ event }: { readonly event: NotifyTarget["on"][number] }) =>
		notify.filter(({ on }) => on.includes(event)).map(({ name }) => name);
	const { outcome } = stubEngine();
	stub.activeEngine = stubEngine({
		outcome: { ...outcome, max_attempts: 1, escalate: ["human"] },
		notify,
		notifyTargets,
	});
}

/** An incident whose only attempt fails, so that a person is needed. */
async function escalate(stub: Stub, n: number): Promise<void> {
	await runningRemediation(stub, sampleId(n), `fix/${n}`);
	await happen(stub, sampleId(n), { kind: "outcome", attempt: 1, phase: "Failed", message: "no <idea>" });
}

async function sweep(stub: Stub): Promise<void> {
	stub.begin();
	await sendNotifications(stub);
}

async function rows(sql: string): Promise<readonly Record<string, unknown>[]> {
	return (await env.JOURNAL.prepare(sql).all()).results;
}

describe("an incident that comes to its end", () => {
	it("is sent to each target that asks for it, once, signed by every secret", async () => {
		const stub = notifying([SLACK, WEBHOOK]);
		await escalate(stub, 1);
		await sweep(stub);
		await sweep(stub);

		const [hook, slack, ...more] = stub.received.toSorted((a, b) => a.url.localeCompare(b.url));
		if (hook === undefined || slack === undefined) throw new Error("both are sent");
		expect(more).toEqual([]);
		expect(slack.url).toBe("https://hooks.slack.test/services/T0/B0/token-in-the-path");
		expect(hook.url).toBe("https://hook.test/in?key=secret-in-the-query");
		expect(hook.redirect).toBe("manual");
		const at = stub.clock / 1000;
		for (const secret of [SECRET, NEW_SECRET])
			expect(verifyMessage([secret], hook.headers, hook.body, at)).toMatchObject({ ok: true });
		expect(hook.headers.get("webhook-id")).toMatch(/^msg_[0-9a-f]{32}$/);
		expect(JSON.parse(hook.body)).toEqual({
			type: "incident.escalated",
			timestamp: "2026-11-22T12:00:00.000Z",
			data: {
				incident: {
					id: sampleId(1),
					url: `https://healer.example.com/incidents/${sampleId(1)}`,
					status: "escalated",
					reason: expect.stringContaining("no <idea>"),
					repository: "5dlabs/cto",
					branch: "fix/1",
					kind: "ci",
					title: "Controller CI",
					part: "clippy",
					pr_number: null,
					pr_url: null,
					run_url: "https://github.com/5dlabs/cto/actions/runs/100",
					agent: "rex",
					failure_type: "rust_clippy",
					rule: "rust",
					verdict: "rex, because the rule rust holds",
					attempt: 1,
					created_at: "2026-11-22T12:00:00.000Z",
				},
			},
		});
		expect(await rows("SELECT * FROM notification_events")).toEqual([]);
	});

	it("is sent to nobody if it was stopped, and not twice if a step is refused", async () => {
		const stub = notifying([SLACK]);
		await runningRemediation(stub, sampleId(1));
		await stopRemediation(stub, sampleId(1), "octocat");
		await escalate(stub, 2);
		await happen(stub, sampleId(2), { kind: "outcome", attempt: 1, phase: "Failed" });
		await sweepOverdue(stub);
		await sweep(stub);
		expect(stub.received).toHaveLength(1);
	});

	it("leaves nothing behind where the pipeline notifies nobody", async () => {
		const stub = notifying([]);
		await escalate(stub, 1);
		await sweep(stub);
		expect(await rows("SELECT id FROM notification_events UNION SELECT id FROM notifications")).toEqual([]);
	});
});

describe("a delivery that is lost", () => {
	it("is sent once", async () => {
		const stub = notifying([SLACK]);
		const progress = { scanned_until: null, began_at: null, cursor: null };
		const listed = { id: "7", guid: "g-1", event: "workflow_job", delivered_at: stub.clock, status_code: 500 };
		await keepPage(stub.journal, [{ ...listed, redelivery: false }], progress, stub.clock);
		await markLost(stub.journal, "g-1", stub.clock);
		await markLost(stub.journal, "g-1", stub.clock);
		await sweep(stub);
		expect(stub.received.map(({ body }) => JSON.parse(body).blocks[0].text.text)).toEqual([
			"*GitHub could not deliver an event, and no longer has it*\nEvent: `workflow_job`\nDelivery `g-1`",
		]);
	});
});

describe("a receiver", () => {
	it("that is away for an hour gets everything afterwards, each message under its first id", async () => {
		const stub = notifying([WEBHOOK]);
		stub.answer = () => {
			throw new Error("Network connection lost.");
		};
		await escalate(stub, 1);
		for (let minute = 0; minute < 60; minute += 2) {
			if (minute === 30) await escalate(stub, 2);
			await sweep(stub);
			stub.clock += 2 * MINUTE_MS;
		}
		const tried = stub.received.splice(0);
		// 10 s, 20 s ... 5 minutes apart, so about one try in five minutes, and not one a minute for each message.
		expect(tried.length).toBeGreaterThan(10);
		expect(tried.length).toBeLessThan(25);
		expect(new Set(tried.map(({ headers }) => headers.get("webhook-id")))).toHaveProperty("size", 1);

		stub.answer = () => new Response(null, { status: 204 });
		stub.clock += 5 * MINUTE_MS;
		await sweep(stub);
		expect(stub.received.map(({ body }) => JSON.parse(body).data.incident.id)).toEqual([sampleId(1), sampleId(2)]);
		expect(stub.received[0]?.headers.get("webhook-id")).toBe(tried[0]?.headers.get("webhook-id"));
		expect(stub.received[0]?.body).toBe(tried[0]?.body);
		expect(await rows("SELECT failures, failing_since, last_error FROM notification_targets")).toEqual([
			{ failures: 0, failing_since: null, last_error: null },
		]);
	});

	it("gets a message again, under its id, if Healer dies between sending and recording", async () => {
		const stub = notifying([WEBHOOK]);
		await escalate(stub, 1);
		await env.JOURNAL.prepare(
			"CREATE TRIGGER dies BEFORE UPDATE OF state ON notifications BEGIN SELECT RAISE(ABORT, 'dies'); END",
		).run();
		await expect(sweep(stub)).rejects.toThrow("dies");
		await env.JOURNAL.prepare("DROP TRIGGER dies").run();
		await sweep(stub);
		// Whoever took it may still be at it.
		expect(stub.received).toHaveLength(1);
		stub.clock += MINUTE_MS;
		await sweep(stub);
		await sweep(stub);
		expect(stub.received).toHaveLength(2);
		expect(stub.received[1]?.headers.get("webhook-id")).toBe(stub.received[0]?.headers.get("webhook-id"));
	});

	it("that fails holds up no other", async () => {
		const stub = notifying([SLACK, WEBHOOK]);
		stub.answer = (url) => new Response(null, { status: url.includes("slack") ? 500 : 200 });
		for (const n of [1, 2, 3]) await escalate(stub, n);
		await sweep(stub);
		expect(stub.received.filter(({ url }) => url.includes("hook.test"))).toHaveLength(3);
		expect(stub.received.filter(({ url }) => url.includes("slack"))).toHaveLength(1);
	});

	it("that refuses one message still gets the others", async () => {
		const stub = notifying([WEBHOOK]);
		await escalate(stub, 1);
		await sweep(stub);
		stub.received.length = 0;
		for (const n of [2, 3]) await escalate(stub, n);
		stub.answer = () => new Response(null, { status: stub.received.length === 1 ? 422 : 200 });
		await sweep(stub);
		expect(stub.received).toHaveLength(2);
		expect(await rows("SELECT state, last_error FROM notifications WHERE last_error IS NOT NULL")).toEqual([
			{ state: "pending", last_error: "hook.test answered 422" },
		]);
	});

	it.each([
		[302, "hook.test answered 302: a redirect, which is not followed"],
		[404, "hook.test answered 404"],
		[503, "hook.test answered 503"],
		[522, "hook.test answered 522: Cloudflare's connection to it timed out"],
	])("that answers %i is tried again later", async (status, error) => {
		const stub = notifying([WEBHOOK]);
		await escalate(stub, 1);
		const headers = { location: "https://elsewhere.test/" };
		stub.answer = () => new Response(null, { status, headers });
		await sweep(stub);
		expect(stub.received).toHaveLength(1);
		expect(await rows("SELECT last_error, not_before FROM notification_targets")).toEqual([
			{ last_error: error, not_before: stub.clock + 10_000 },
		]);
	});

	it("is left alone for as long as it asks, an hour at most", async () => {
		const stub = notifying([SLACK]);
		await escalate(stub, 1);
		stub.answer = () => new Response(null, { status: 429, headers: { "retry-after": "900" } });
		await sweep(stub);
		expect((await rows("SELECT not_before FROM notification_targets"))[0]).toEqual({
			not_before: stub.clock + 900_000,
		});
		stub.answer = () => new Response(null, { status: 429, headers: { "retry-after": "86400" } });
		stub.clock += 900_000;
		await sweep(stub);
		expect((await rows("SELECT not_before FROM notification_targets"))[0]).toEqual({
			not_before: stub.clock + 3_600_000,
		});
	});

	it("that accepts nothing for three days is given up, and the next message is tried", async () => {
		const stub = notifying([WEBHOOK]);
		stub.answer = () => new Response(null, { status: 500 });
		await escalate(stub, 1);
		for (let hour = 0; hour < 72; hour += 8) {
			await sweep(stub);
			stub.clock += 8 * 60 * MINUTE_MS;
		}
		stub.clock += 1;
		await escalate(stub, 2);
		await sweep(stub);
		expect(await rows("SELECT incident_id, state, last_error FROM notifications ORDER BY created_at")).toEqual([
			{ incident_id: sampleId(1), state: "failed", last_error: "hook.test answered 500" },
			{ incident_id: sampleId(2), state: "pending", last_error: "hook.test answered 500" },
		]);
		expect(stub.clock - Date.parse("2026-11-22T12:00:00Z")).toBe(3 * DAY_MS + 1);
	});

	it("whose variable is not set gets what waited once it is", async () => {
		const variables: Record<string, string> = {};
		const stub = notifying([SLACK], variables);
		await escalate(stub, 1);
		await sweep(stub);
		expect(stub.received).toEqual([]);
		Object.assign(variables, VARIABLES);
		stub.clock += DAY_MS;
		await sweep(stub);
		expect(stub.received).toHaveLength(1);
	});

	it("that the pipeline has no longer gets what waited once it has it again", async () => {
		const stub = notifying([WEBHOOK]);
		stub.answer = () => new Response(null, { status: 500 });
		await escalate(stub, 1);
		await sweep(stub);
		withTargets(stub, []);
		stub.clock += MINUTE_MS;
		await sweep(stub);
		expect(stub.received).toHaveLength(1);
		withTargets(stub, [WEBHOOK]);
		await sweep(stub);
		expect(stub.received).toHaveLength(2);
	});
});

describe("what is kept and logged", () => {
	it("has neither a URL nor a secret in it", async () => {
		const stub = notifying([SLACK, WEBHOOK]);
		stub.answer = (url) => {
			throw new TypeError(`Fetch failed: ${url}`);
		};
		await escalate(stub, 1);
		const lines: string[] = [];
		const write = (message: string, fields?: object) => void lines.push(JSON.stringify([message, fields]));
		stub.begin();
		await sendNotifications({ ...stub, log: { ...stub.log, info: write, warn: write, error: write } });
		const kept = JSON.stringify([
			await rows("SELECT * FROM notifications"),
			await rows("SELECT * FROM notification_targets"),
		]);
		expect(lines).toHaveLength(2);
		for (const text of [kept, ...lines]) expect(text).not.toMatch(/token-in-the-path|secret-in-the-query|whsec_/);
		expect(kept).toContain("hook.test");
	});
});

describe("the step's budget", () => {
	it("ends it before the platform does", async () => {
		const stub = notifying([WEBHOOK]);
		for (let n = 1; n <= 12; n++) await escalate(stub, n);
		stub.begin();
		let left = 9;
		const budget = { has: () => left-- > 0, keeping: () => budget };
		await sendNotifications({ ...stub, budget });
		expect(stub.received.length).toBeLessThan(9);
		await sweep(stub);
		expect(stub.received).toHaveLength(12);
		expect(new Set(stub.received.map(({ headers }) => headers.get("webhook-id")))).toHaveProperty("size", 12);
	});
});
