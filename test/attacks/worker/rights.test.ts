import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import bundled from "../../../dist/pipeline.json";
import { artefactVersion } from "../../../pipeline/index.ts";
import { invalidateEngine } from "../../../worker/engine.ts";
import type { Env } from "../../../worker/env.ts";
import { type AccessTeam, accessTeam } from "../../worker/support/access-team.ts";
import { EXAMPLES } from "../../worker/support/failed-job.ts";
import { stubRelay } from "../../worker/support/stub-relay.ts";
import { type Answer, get, post, send } from "../../worker/support/worker.ts";

/** What an attacker writes who holds a sensor's token, and says that an owner of the repository wrote it. */
function forgedComment(body: string): Readonly<Record<string, unknown>> {
	const recorded = EXAMPLES.find(({ name }) => name === "issue_comment")?.examples[0];
	if (recorded === undefined) throw new Error("there is no recorded issue_comment");
	const user = { login: "the-owner", type: "User" };
	return {
		...recorded,
		action: "created",
		issue: { ...recorded.issue, number: 7, pull_request: { url: "https://api.github.com/repos/5dlabs/cto/pulls/7" } },
		comment: { ...recorded.comment, id: 1, body, user, author_association: "OWNER" },
		repository: { ...recorded.repository, full_name: "5dlabs/cto" },
		sender: user,
	};
}

/** The button of a check run, pressed by nobody. */
function forgedButton(): Readonly<Record<string, unknown>> {
	const recorded = EXAMPLES.find(({ name }) => name === "check_run")?.examples[0];
	if (recorded === undefined) throw new Error("there is no recorded check_run");
	return {
		...recorded,
		action: "requested_action",
		requested_action: { identifier: "remediate_rex" },
		repository: { ...recorded.repository, full_name: "5dlabs/cto" },
	};
}

/** Nothing woke an agent, and nothing is left that could. */
async function expectNothing(relay: ReturnType<typeof stubRelay>): Promise<void> {
	expect(relay.made).toEqual([]);
	for (const table of ["incidents", "commands", "attempts", "checks", "pull_requests"]) {
		expect([table, (await env.JOURNAL.prepare(`SELECT * FROM ${table}`).all()).results]).toEqual([table, []]);
	}
}

describe("the holder of a sensor's token who forges what GitHub would have said", () => {
	it.each(["fix rex", "stop", "retry"])("gives no command: /healer %s of an owner", async (words) => {
		const relay = stubRelay();
		const answer = await send(post("/api/events/issue_comment", forgedComment(`/healer ${words}`)));
		expect(answer.status).toBe(400);
		expect(answer.body.reason).toBe(
			"issue_comment is an event of GitHub: it is accepted only with GitHub's signature, at /webhooks/github",
		);
		await expectNothing(relay);
	});

	it("gets in by no other event of GitHub either, however it is spelt", async () => {
		const relay = stubRelay();
		const entries: readonly { readonly name: string; readonly on?: string; readonly kind?: string }[] = [
			...bundled.events,
			...bundled.lifecycle,
		];
		// The play controller's own events come with a sensor's token.
		const plays = ["play_stage_failure", "play_stage_success"];
		const named = new Set(entries.map(({ name, on = name }) => on).filter((name) => !plays.includes(name)));
		expect([...named]).toEqual(expect.arrayContaining(["workflow_run", "pull_request", "pull_request_review", "push"]));
		for (const name of [...named, "Issue_Comment", "ISSUE_COMMENT"]) {
			const recorded = EXAMPLES.find((one) => one.name === name.toLowerCase())?.examples[0] ?? {};
			const payload = { ...recorded, repository: { full_name: "5dlabs/cto" } };
			expect([name, (await send(post(`/api/events/${name}`, payload))).status]).toEqual([name, 400]);
		}
		await expectNothing(relay);
	});

	it.each(["base_conflict", "Base_Conflict"])("reports no conflict of a pull request: %s", async (name) => {
		const relay = stubRelay();
		const repo = { full_name: "5dlabs/cto", default_branch: "main" };
		const head = { ref: "feat/parser", sha: "a".repeat(40), repo };
		const pull_request = { number: 7, mergeable_state: "dirty", user: { login: "octocat", type: "User" }, head };
		const answer = await send(post(`/api/events/${name}`, { repository: repo, pull_request }));
		expect(answer.status).toBe(400);
		expect(answer.body.reason).toBe(`${name} is an event of Healer's own: it follows from what GitHub answers`);
		await expectNothing(relay);
	});

	it("presses no button of a check run", async () => {
		const relay = stubRelay();
		const answer = await send(post("/api/remediate/ci-failure", forgedButton()));
		expect(answer.status).toBe(422);
		expect(answer.body.reason).toBe("a command is accepted only with GitHub's signature, at /webhooks/github");
		await expectNothing(relay);
	});

	it("brings no comment in beside a failure or an alert", async () => {
		const relay = stubRelay();
		const comment = forgedComment("/healer fix rex");
		await send(post("/api/remediate/ci-failure", { ...comment, workflow_run: { id: 1, conclusion: "success" } }));
		await send(post("/api/remediate/security-alert", { ...comment, alert: {} }));
		expect(relay.made).toEqual([]);
		expect((await env.JOURNAL.prepare("SELECT * FROM commands").all()).results).toEqual([]);
		const { results } = await env.JOURNAL.prepare("SELECT incident FROM incidents").all<{ incident: string }>();
		expect(results.filter(({ incident }) => JSON.parse(incident).command !== undefined)).toEqual([]);
	});

	it("gives no command where the pipeline reads one out of an internal event", async () => {
		const relay = stubRelay();
		const events = bundled.events.map((entry) =>
			["issue_comment", "issue_comment_command"].includes(entry.name) ? { ...entry, on: "chat_message" } : entry,
		);
		const { version: _, ...rest } = { ...bundled, events, log_patterns: [], classify: bundled.classify.slice(-1) };
		const body = JSON.stringify({ ...rest, version: artefactVersion(rest) });
		const authorization = `Bearer ${env.HEALER_API_TOKEN}`;
		const push = new Request("http://127.0.0.1:8787/api/pipeline", { method: "PUT", headers: { authorization }, body });
		expect((await send(push)).status).toBe(200);
		for (const words of ["fix rex", "stop"]) {
			const answer = await send(post("/api/events/chat_message", forgedComment(`/healer ${words}`)));
			expect([words, answer.status]).toEqual([words, 422]);
		}
		await expectNothing(relay);
		await env.JOURNAL.prepare("DELETE FROM active_pipeline").run();
		await env.DEDUP.delete("active_pipeline");
		invalidateEngine();
	});
});

describe("the holder of a sensor's token", () => {
	const SENSOR = { HEALER_LOOPBACK: "", HEALER_SENSOR_TOKENS: "of-the-sensor" };
	const as = (method: string, path: string, body: string | null): Promise<Answer> =>
		send(
			new Request(`https://healer.acme.example${path}`, {
				method,
				body,
				headers: { authorization: "Bearer of-the-sensor", "x-healer-page": "1", origin: "https://healer.acme.example" },
			}),
			SENSOR,
		);

	it("reports failures", async () => {
		expect((await as("POST", "/api/remediate/ci-failure", "[]")).status).toBe(400);
		expect((await as("POST", "/api/events/play_stage_failure", "[]")).status).toBe(400);
	});

	it.each([
		["PUT", "/api/pipeline", JSON.stringify(bundled)],
		["POST", "/api/pipeline/rollback", '{"to":"bundled"}'],
		["GET", "/api/export", null],
		["GET", "/api/export?with=journal", null],
		["GET", "/api/export?with=audit", null],
	])("administers nothing: %s %s", async (method, path, body) => {
		const answer = await as(method, path, body);
		expect(answer.status).toBe(403);
		expect(answer.body).toEqual({ error: "the right to administer is missing (docs/access.md)" });
	});

	it.each([
		["POST", "/api/pause", "{}"],
		["DELETE", "/api/pause", null],
		["POST", `/api/incidents/${"0".repeat(32)}/stop`, ""],
		["GET", "/api/incidents", null],
		["GET", "/api/status", null],
		["POST", "/api/explain", "{}"],
	])("neither operates nor reads: %s %s", async (method, path, body) => {
		expect((await as(method, path, body)).status).toBe(403);
	});
});

describe("a page of a stranger whose name points at this machine (DNS rebinding)", () => {
	const from = (host: string, method: string, path: string) =>
		send(
			new Request(`http://127.0.0.1:8787${path}`, {
				method,
				headers: { host, origin: `http://${host}`, "x-healer-page": "1", "sec-fetch-site": "same-origin" },
				body: method === "GET" ? null : "{}",
			}),
		);

	it.each(["evil.example", "evil.example:8787", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil"])(
		"as %s reads nothing, does nothing and is told no rights",
		async (host) => {
			for (const path of ["/api/status", "/api/incidents", "/api/export"]) {
				expect([path, (await from(host, "GET", path)).status]).toEqual([path, 401]);
			}
			for (const path of ["/api/pause", `/api/incidents/${"0".repeat(32)}/stop`, "/api/explain"]) {
				expect([path, (await from(host, "POST", path)).status]).toEqual([path, 401]);
			}
			expect((await from(host, "GET", "/api/viewer")).body).toEqual({ who: null, rights: [] });
		},
	);
});

describe("who holds an old token of Cloudflare Access", () => {
	let team: AccessTeam;
	beforeAll(async () => {
		team = await accessTeam("attacked");
	});
	beforeEach(() => {
		vi.stubGlobal("fetch", team.answer);
	});
	afterAll(() => vi.unstubAllGlobals());

	const reads = async (claims: Readonly<Record<string, unknown>>) => {
		const assertion = await team.token(claims);
		const own: Partial<Env> = { HEALER_LOOPBACK: "", ...team.env };
		return (await send(get("/api/incidents", { "cf-access-jwt-assertion": assertion }), own)).status;
	};

	it("reads nothing once it has expired, nor if it was made without an end", async () => {
		const now = Math.floor(Date.now() / 1000);
		expect(await reads({})).toBe(200);
		expect(await reads({ iat: now - 7200, exp: now - 3600 })).toBe(401);
		expect(await reads({ exp: undefined })).toBe(401);
		expect(await reads({ exp: undefined, iat: now - 86_400 * 365 })).toBe(401);
	});

	it("pushes no pipeline and stops nothing as somebody who may only read", async () => {
		const assertion = await team.token();
		const headers = {
			"cf-access-jwt-assertion": assertion,
			"x-healer-page": "1",
			origin: "https://healer.acme.example",
			host: "healer.acme.example",
		};
		const own: Partial<Env> = { HEALER_LOOPBACK: "", ...team.env };
		const tried = (path: string, method: string) =>
			send(new Request(`https://healer.acme.example${path}`, { method, headers, body: "{}" }), own);
		expect((await tried("/api/pipeline", "PUT")).status).toBe(403);
		expect((await tried(`/api/incidents/${"0".repeat(32)}/stop`, "POST")).status).toBe(403);
		expect((await tried("/api/pause", "POST")).status).toBe(403);
	});
});
