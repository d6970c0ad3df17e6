import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import bundled from "../../../dist/pipeline.json";
import { type Artefact, artefactVersion } from "../../../pipeline/index.ts";
import type { Env } from "../../../worker/env.ts";
import { get, post, send } from "../support/worker.ts";

const SET = {
	HEALER_NOTIFY_SLACK_URL: "https://hooks.slack.test/services/T0/token-in-the-path",
	HEALER_NOTIFY_HOOK_URL: "https://hook.test/in?key=secret-in-the-query",
	HEALER_NOTIFY_HOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
};

const NOTIFY: NonNullable<Artefact["notify"]> = [
	{ name: "oncall", on: ["escalated", "dead"], to: "slack", url: "$env(HEALER_NOTIFY_SLACK_URL)" },
	{
		name: "hook",
		on: ["fixed"],
		to: "webhook",
		url: "$env(HEALER_NOTIFY_HOOK_URL)",
		secret: "$env(HEALER_NOTIFY_HOOK_SECRET)",
	},
];

async function push(notify: NonNullable<Artefact["notify"]>): Promise<void> {
	const rules = { classify: bundled.classify.slice(-1), route: bundled.route.slice(-1), log_patterns: [] };
	const { version: _, ...rest } = { ...bundled, ...rules, notify };
	const artefact = { ...rest, version: artefactVersion(rest) };
	const headers = { authorization: `Bearer ${env.HEALER_API_TOKEN}` };
	const url = "http://127.0.0.1:8787/api/pipeline";
	const answer = await send(new Request(url, { method: "PUT", headers, body: JSON.stringify(artefact) }));
	expect(answer).toMatchObject({ status: 200 });
}

/** What the receivers got, each answered with the status. */
function receive(status = 200): Request[] {
	const received: Request[] = [];
	const real = globalThis.fetch;
	onTestFinished(() => {
		globalThis.fetch = real;
	});
	globalThis.fetch = async (input, init) => {
		received.push(new Request(input, init));
		return new Response(null, { status });
	};
	return received;
}

/** Variables with names that a pipeline chooses are in no type. */
const withVariables = (variables: Readonly<Record<string, string>>) => variables as Partial<Env>;

const test = (body: unknown, variables: Readonly<Record<string, string>> = SET) =>
	send(post("/api/notifications/test", body), withVariables(variables));

describe("POST /api/notifications/test", () => {
	beforeEach(() => push(NOTIFY));

	it("sends a test message to each target, and writes who asked for it", async () => {
		const received = receive();
		expect(await test("")).toMatchObject({
			status: 200,
			body: {
				results: [
					{ name: "oncall", to: "slack", host: "hooks.slack.test", ok: true, problem: null },
					{ name: "hook", to: "webhook", host: "hook.test", ok: true, problem: null },
				],
			},
		});
		const bodies = await Promise.all(received.map(async (request) => [request.url, await request.json()]));
		expect(Object.fromEntries(bodies)).toMatchObject({
			"https://hooks.slack.test/services/T0/token-in-the-path": { text: "A test message of Healer" },
			"https://hook.test/in?key=secret-in-the-query": {
				type: "test",
				data: { target: "hook", requested_by: "the API token" },
			},
		});
		const { results } = await env.JOURNAL.prepare("SELECT who, action, target, detail FROM audit").all();
		expect(results.at(-1)).toEqual({ who: "the API token", action: "notify", target: null, detail: "test" });
	});

	it("says of each what is wrong and what to do, without its URL", async () => {
		receive(404);
		const { HEALER_NOTIFY_SLACK_URL } = SET;
		const answer = await test({}, { HEALER_NOTIFY_SLACK_URL });
		expect(answer).toMatchObject({
			status: 200,
			body: {
				results: [
					{
						...{ name: "oncall", to: "slack", host: "hooks.slack.test", ok: false },
						problem:
							"hooks.slack.test answered 404. Compare $env(HEALER_NOTIFY_SLACK_URL) with the incoming webhook's URL on the Slack App's page.",
					},
					{
						...{ name: "hook", to: "webhook", host: null, ok: false },
						problem: expect.stringContaining("HEALER_NOTIFY_HOOK_URL is not set: npx wrangler secret put"),
					},
				],
			},
		});
		expect(JSON.stringify(answer.body)).not.toContain("token-in-the-path");
	});

	it("sends to the one target that is named", async () => {
		const received = receive();
		expect((await test({ target: "hook" })).body.results).toHaveLength(1);
		expect(received).toHaveLength(1);
	});

	it.each([
		[{ target: "nobody" }, 404, "there is no such target; there are oncall, hook"],
		[{ url: "https://evil.test" }, 400, "the body is JSON: {target}, which may be left out"],
	])("refuses %j", async (body, status, error) => {
		expect(await test(body)).toMatchObject({ status, body: { error } });
	});
});

describe("GET /api/status", () => {
	it("shows how each target fares, and those that the pipeline has no longer", async () => {
		await push(NOTIFY);
		const at = Date.parse("2026-11-22T12:00:00Z");
		const message =
			"INSERT INTO notifications (id, target, event, message, state, created_at, tries, next_try_at, last_error)";
		await env.JOURNAL.batch([
			env.JOURNAL.prepare(
				`${message} VALUES ('1', 'hook', 'fixed', '{}', 'pending', ${at}, 3, 1, 'hook.test answered 503')`,
			),
			env.JOURNAL.prepare(`${message} VALUES ('2', 'hook', 'fixed', '{}', 'pending', ${at + 1000}, 0, 1, NULL)`),
			env.JOURNAL.prepare(`${message} VALUES ('3', 'hook', 'fixed', '{}', 'failed', 1, 9, NULL, 'x')`),
			env.JOURNAL.prepare(`${message} VALUES ('4', 'gone', 'fixed', '{}', 'pending', ${at}, 0, 1, NULL)`),
			env.JOURNAL.prepare(
				`INSERT INTO notification_targets VALUES ('hook', 4102444800000, 3, ${at}, 'hook.test answered 503', ${at - 1000})`,
			),
		]);
		const { HEALER_NOTIFY_SLACK_URL: _, ...set } = SET;
		const { body } = await send(get("/api/status"), withVariables(set));
		const nothing = { pending: 0, failing: 0, failed: 0, oldest_at: null, failing_since: null, last_error: null };
		expect(body.notifications).toEqual([
			{
				...{ name: "oncall", to: "slack", on: ["escalated", "dead"], host: null, ...nothing },
				problem: expect.stringContaining("HEALER_NOTIFY_SLACK_URL is not set"),
				...{ next_try_at: null, sent_at: null },
			},
			{
				...{ name: "hook", to: "webhook", on: ["fixed"], host: "hook.test", problem: null },
				...{ pending: 2, failing: 1, failed: 1, oldest_at: "2026-11-22T12:00:00.000Z" },
				...{ failing_since: "2026-11-22T12:00:00.000Z", last_error: "hook.test answered 503" },
				...{ next_try_at: "2100-01-01T00:00:00.000Z", sent_at: "2026-11-22T11:59:59.000Z" },
			},
			{
				...{
					name: "gone",
					to: null,
					on: [],
					host: null,
					...nothing,
					pending: 1,
					oldest_at: "2026-11-22T12:00:00.000Z",
				},
				problem: "the active pipeline has no such target: its messages are given up after three days",
				...{ next_try_at: null, sent_at: null },
			},
		]);
		expect(JSON.stringify(body)).not.toMatch(/secret-in-the-query|whsec_/);
	});
});

// Last: the isolate remembers a pipeline for a moment.
describe("POST /api/notifications/test without targets", () => {
	it("says how to get one", async () => {
		await push([]);
		const error = "the active pipeline has no targets: add `notify` to it (docs/notifications.md)";
		expect(await test("")).toMatchObject({ status: 404, body: { error } });
	});
});
