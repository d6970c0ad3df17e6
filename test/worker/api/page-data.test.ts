import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import bundled from "../../../dist/pipeline.json";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, stubEffects } from "../support/stub-effects.ts";
import { type Answer, get, post, send } from "../support/worker.ts";

const ADMIN = { authorization: `Bearer ${env.HEALER_API_TOKEN}` };

describe("GET /api/incidents/{id}/context", () => {
	it("answers what was known when the incident was decided, and 404 when nothing is kept", async () => {
		const id = sampleId(1);
		await journalIncident(stubEffects(), sampleIncident({ id }));
		expect((await send(get(`/api/incidents/${id}/context`))).status).toBe(404);
		const context = {
			pull_request: { from: "github.pull_request", took_ms: 3, status: "ok", data: { number: 7, title: "Add it" } },
		};
		await env.JOURNAL.prepare("INSERT INTO facts (incident_id, context, pipeline, kept_at) VALUES (?1, ?2, 'v1', 0)")
			.bind(id, JSON.stringify(context))
			.run();
		expect((await send(get(`/api/incidents/${id}/context`))).body).toEqual({ pipeline: "v1", context });
	});
});

describe("GET /api/audit", () => {
	const audit = (query = "") => send(get(`/api/audit${query}`, ADMIN));

	it("shows the newest lines first, page by page", async () => {
		for (const reason of ["one", "two", "three"]) await send(post("/api/pause", JSON.stringify({ reason })));
		const first = await audit("?limit=2");
		expect(first.body.audit).toMatchObject([
			{ action: "pause", detail: "three", target: null, who: "the API token" },
			{ action: "pause", detail: "two" },
		]);
		const second = await audit(`?limit=2&before=${first.body.next}`);
		expect(second.body).toMatchObject({ audit: [{ detail: "one" }], next: null });
	});

	it.each(["?before=x", "?limit=0"])("400 for %s", async (query) => {
		expect((await audit(query)).status).toBe(400);
	});
});

describe("GET /api/pipeline?with=source", () => {
	it("answers the text and the prompts of the active version", async () => {
		const { body }: Answer = await send(get("/api/pipeline?with=source"));
		expect(body.version).toBe(bundled.version);
		expect(body.source).toContain("\nextends: [healer/github, healer/tools, healer/cluster]\n");
		expect(Object.keys(body.prompts as object)).toContain("rust-fix");
	});

	it("400 for anything else", async () => {
		expect((await send(get("/api/pipeline?with=all"))).status).toBe(400);
	});
});

describe("an address that does not exist", () => {
	const page: Fetcher = {
		fetch: async () => new Response('"the page"', { headers: { "content-type": "text/html" } }),
	} as unknown as Fetcher;
	const html = { accept: "text/html,application/xhtml+xml" };

	it("is the page, with 404 and its policy, for a browser", async () => {
		const answer = await send(get("/nowhere", html), { PAGE: page });
		expect(answer.status).toBe(404);
		expect(answer.headers.get("content-type")).toBe("text/html");
		expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
	});

	it.each([
		["/nowhere", {}],
		["/api/nowhere", html],
		["/assets/nowhere/x.js", html],
		["/webhooks/nowhere", html],
	])("is JSON for everything else: %s", async (path, headers) => {
		const answer = await send(get(path, headers), { PAGE: page });
		expect([answer.status, answer.body]).toEqual([404, { error: "not found" }]);
	});
});
