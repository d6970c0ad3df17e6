import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import bundled from "../../../dist/pipeline.json";
import { EXAMPLES } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, send } from "../support/worker.ts";

describe("a ping", () => {
	const ping = (events: readonly string[]) =>
		signedDelivery({ zen: "x", hook_id: 1, hook: { events } }, { event: "ping" });

	it("is answered with the events that the pipeline needs and the webhook does not send", async () => {
		const events = bundled.webhook_events.filter((name) => name !== "check_run" && name !== "status");
		const { status, body } = await send(ping(events));
		expect([status, body.status]).toEqual([202, "ignored"]);
		expect(body.reason).toMatch(/^pong: .*needs: check_run, status$/);
	});

	it("finds nothing missing where all events are sent", async () => {
		for (const events of [["*"], bundled.webhook_events]) {
			expect((await send(ping(events))).body.reason).toBe("pong: the webhook is set up");
		}
	});

	it("is answered as GitHub really sends it, and as nobody does", async () => {
		const examples = EXAMPLES.filter(({ name }) => name === "ping" || name === "installation");
		for (const { name, examples: payloads } of examples) {
			for (const payload of payloads) {
				expect((await send(signedDelivery(payload, { event: name }))).status).toBe(202);
			}
		}
		for (const payload of [null, 7, { hook: 1 }, { hook: { events: "all" } }, { installation: null }]) {
			expect((await send(signedDelivery(payload, { event: "ping" }))).status).toBe(202);
		}
	});
});

describe("a command for Healer itself", () => {
	const comment = (body: string, changes: object = {}) => ({
		action: "created",
		repository: { full_name: "5dlabs/cto" },
		issue: { number: 7, pull_request: {} },
		comment: { id: 99, body, author_association: "OWNER", user: { login: "octocat", type: "User" }, ...changes },
	});

	it("is written down once, whatever the number of deliveries", async () => {
		const delivery = () => signedDelivery(comment("/healer retry"), { event: "issue_comment" });
		expect((await send(delivery())).body).toMatchObject({ status: "accepted", incident_id: null });
		expect((await send(delivery())).body).toMatchObject({ status: "duplicate" });
		const { results } = await env.JOURNAL.prepare("SELECT command, done_at FROM commands").all();
		expect(results).toHaveLength(1);
		expect(JSON.parse(String(results[0]?.command))).toMatchObject({
			name: "retry",
			author: "octocat",
			pr_number: 7,
			comment_id: 99,
			repository: "5dlabs/cto",
		});
		expect((await send(get("/api/incidents"))).body.incidents).toEqual([]);
	});

	it("is nothing when a bot answers us in our own words", async () => {
		const answer = comment("/healer retry", { user: { login: "chatty[bot]", type: "Bot" } });
		for (let n = 0; n < 3; n++) {
			expect((await send(signedDelivery(answer, { event: "issue_comment" }))).body).toMatchObject({
				status: "ignored",
			});
		}
		expect(await env.JOURNAL.prepare("SELECT count(*) AS count FROM commands").first("count")).toBe(0);
	});
});

describe("a leaked secret's alert", () => {
	it("keeps the secret's value out of journal, request and answers", async () => {
		const relay = stubRelay();
		const payload = {
			action: "created",
			repository: { full_name: "5dlabs/cto", default_branch: "main" },
			alert: {
				number: 42,
				secret_type: "github_personal_access_token",
				secret_type_display_name: "GitHub Personal Access Token",
				secret: "the-leaked-value-itself",
				resolution_comment: "it was the-leaked-value-itself",
			},
		};
		const { body } = await send(signedDelivery(payload, { event: "secret_scanning_alert" }));
		await passTime();
		await fireCron();
		expect(relay.made).toHaveLength(1);
		const tables = ["incidents", "deliveries", "attempts"].map((table) =>
			env.JOURNAL.prepare(`SELECT * FROM ${table}`),
		);
		const kept = JSON.stringify([
			await env.JOURNAL.batch(tables),
			relay.requests,
			await send(get(`/api/incidents/${body.incident_id}`)),
		]);
		expect(kept).toContain("GitHub Personal Access Token");
		expect(kept).not.toContain("the-leaked-value-itself");
	});
});
