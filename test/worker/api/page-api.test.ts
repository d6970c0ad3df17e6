import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { CHOICE_QUERIES, type IncidentQuery, listQuery } from "../../../worker/journal/incident-list.ts";
import { failedJob } from "../support/failed-job.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { journalIncident, stubEffects } from "../support/stub-effects.ts";
import { get, post, send } from "../support/worker.ts";

const TOKEN = { authorization: `Bearer ${env.HEALER_API_TOKEN}` };
const AWAY = { HEALER_LOOPBACK: "" };

/** As the page on this machine asks, but for what a test changes. */
function fromPage(path: string, headers: Readonly<Record<string, string>> = {}, body = ""): Request {
	return new Request(`http://127.0.0.1:8787${path}`, {
		method: "POST",
		body,
		headers: { "x-healer-page": "1", origin: "http://127.0.0.1:8787", "sec-fetch-site": "same-origin", ...headers },
	});
}

async function dead(): Promise<string> {
	const stub = stubEffects();
	const id = sampleId(1);
	await journalIncident(stub, sampleIncident({ id }));
	await env.JOURNAL.prepare("UPDATE incidents SET status = 'dead', next_try_at = NULL WHERE id = ?1").bind(id).run();
	return id;
}

describe("listIncidentsApi", () => {
	it("finds by several states, failure type and text, and titles what it finds", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: sampleId(1), workflow: { name: "100%_done" }, job: '"clippy"' }));
		await journalIncident(stub, sampleIncident({ id: sampleId(2), workflow: { name: "Frontend CI" }, pr_number: 7 }));
		await env.JOURNAL.prepare("UPDATE incidents SET failure_type = 'infra_helm' WHERE id = ?1").bind(sampleId(2)).run();
		const found = async (query: string) => (await send(get(`/api/incidents?${query}`))).body.incidents as unknown[];
		expect(await found("status=dead,accepted")).toHaveLength(2);
		expect(await found("status=dead,running")).toEqual([]);
		expect(await found("failure_type=infra_helm&with=title")).toMatchObject([
			{
				id: sampleId(2),
				title: "Frontend CI",
				part: null,
				pr_number: 7,
				attempt: 1,
				blocked_on: null,
				blocked_by: null,
				blocked_since: null,
			},
		]);
		expect(await found("text=100%25_DONE&with=title")).toMatchObject([{ title: "100%_done", part: '"clippy"' }]);
		expect(await found("text=%25")).toHaveLength(1);
		expect(await found("text=%22Clippy%22")).toHaveLength(1);
		expect(await found(`text=${"x".repeat(100)}`)).toEqual([]);
		expect(await found(`text=${sampleId(2)}`)).toHaveLength(1);
	});

	it.each(["status=dead,nothing", `text=${"x".repeat(256)}`, "with=everything"])("400 for %s", async (query) => {
		expect((await send(get(`/api/incidents?${query}`))).status).toBe(400);
	});
});

describe("answerTagged", () => {
	it("answers 304 without a body while nothing changes", async () => {
		const { headers } = await send(get("/api/choices"));
		const etag = headers.get("etag") ?? "";
		const { default: worker } = await import("../support/limited-worker.ts");
		const again = () => {
			const request = get("/api/choices", { "if-none-match": etag }) as Parameters<typeof worker.fetch>[0];
			return worker.fetch(request, env, {} as ExecutionContext);
		};
		expect((await again()).status).toBe(304);
		await journalIncident(stubEffects(), sampleIncident({ id: sampleId(1) }));
		const changed = await again();
		expect(changed.status).toBe(200);
		expect(await changed.json()).toEqual({ agents: [], failure_types: [], repositories: ["5dlabs/cto"] });
	});
});

describe("actOnIncident", () => {
	it("releases what is dead, and says by whom", async () => {
		const id = await dead();
		expect(await send(fromPage(`/api/incidents/${id}/release`))).toMatchObject({
			status: 200,
			body: { status: "waiting", attempt: 1 },
		});
		expect((await send(get(`/api/incidents/${id}`))).body).toMatchObject({
			status: "waiting",
			timeline: [{ event: "released", from: "dead", to: "waiting", reason: "released by somebody on this machine" }],
		});
		expect(await send(post(`/api/incidents/${id}/stop`, ""))).toMatchObject({
			status: 200,
			body: { status: "cancelled" },
		});
		expect((await send(post(`/api/incidents/${id}/release`, ""))).status).toBe(409);
	});

	it("lets who is not the page do nothing: another site, a form, a name pointed at this machine", async () => {
		const id = await dead();
		const path = `/api/incidents/${id}/release`;
		for (const headers of [
			{ "x-healer-page": "" },
			{ origin: "https://evil.example" },
			{ origin: "null" },
			{ "sec-fetch-site": "cross-site" },
			{ host: "evil.example", origin: "http://evil.example" },
		]) {
			expect([headers, (await send(fromPage(path, headers))).status]).toEqual([headers, 401]);
		}
		expect((await send(fromPage(path), AWAY)).status).toBe(401);
		expect((await send(fromPage(path, { ...TOKEN, origin: "", "x-healer-page": "" }), AWAY)).status).toBe(200);
	});

	it("404 for an incident, or something to do, that nobody knows", async () => {
		expect((await send(fromPage(`/api/incidents/${sampleId(9)}/release`))).status).toBe(404);
		expect((await send(fromPage(`/api/incidents/${sampleId(9)}/constructor`))).status).toBe(404);
	});
});

describe("explainDelivery", () => {
	it("says what would be decided, and writes nothing", async () => {
		const payload = failedJob();
		const body = JSON.stringify({ event: "workflow_job", payload, log: "error: could not compile `x`\n" });
		const { status, body: told } = await send(fromPage("/api/explain", {}, body));
		expect(status).toBe(200);
		expect(told).toMatchObject({
			agent: "rex",
			verdict: "rex, because the failing step printed `error: could not compile 'x'`.",
		});
		expect((await send(get("/api/incidents"))).body.incidents).toEqual([]);
	});

	it("says why a delivery would be ignored", async () => {
		const body = JSON.stringify({ event: "watch", payload: {} });
		expect((await send(fromPage("/api/explain", {}, body))).body).toMatchObject({
			agent: null,
			verdict: "ignored: the pipeline has no entry for the event watch.",
		});
	});

	it("refuses other sites, what is no question, and what is too long", async () => {
		expect((await send(fromPage("/api/explain", { origin: "https://evil.example" }, "{}"))).status).toBe(401);
		expect((await send(fromPage("/api/explain", {}, '{"event":"x","payload":{},"more":1}'))).status).toBe(400);
		const long = JSON.stringify({ event: "watch", payload: {}, log: "x".repeat(2 * 1024 * 1024) });
		expect((await send(fromPage("/api/explain", {}, long))).status).toBe(413);
	});
});

describe("the page's queries", () => {
	const planOf = async (sql: string, values: readonly (string | number)[] = []) => {
		const { results } = await env.JOURNAL.prepare(`EXPLAIN QUERY PLAN ${sql}`)
			.bind(...values)
			.all<{ detail: string }>();
		return results.map(({ detail }) => detail);
	};

	it.each<[IncidentQuery, RegExp]>([
		[{ limit: 51 }, /incidents_measured/],
		[{ limit: 51, statuses: ["dead", "escalated"] }, /incidents_by_status/],
		[{ limit: 51, agent: "rex" }, /incidents_by_agent/],
		[{ limit: 51, failure_type: "rust_clippy" }, /incidents_by_failure_type/],
		[{ limit: 51, repository: "5dlabs/cto" }, /incidents_by_(repository|branch)/],
		[{ limit: 51, text: "x" }, /incidents_measured/],
		[{ limit: 51, after: { created_at: 1, id: sampleId(1) } }, /incidents_measured/],
	])("lists %o by an index", async (query, index) => {
		const { sql, values } = listQuery(query);
		const plan = await planOf(sql, values);
		const [page, ...rest] = plan.filter((detail) => / incidents\b/.test(detail));
		expect(page).toMatch(index);
		// Of a whole row only those of the page are read.
		if (query.text === undefined) expect(page).toMatch(/USING COVERING INDEX/);
		expect(rest).toEqual([
			expect.stringMatching(/^SEARCH incidents USING INDEX sqlite_autoindex_incidents_1 \(id=\?\)/),
		]);
	});

	it("find the choices and the last change without reading all rows", async () => {
		for (const sql of [...CHOICE_QUERIES, "SELECT max(updated_at) FROM incidents"]) {
			const reads = (await planOf(sql)).filter((detail) => / incidents\b/.test(detail));
			expect(reads.length).toBeGreaterThan(0);
			expect(reads.filter((detail) => !/^SEARCH incidents USING COVERING INDEX/.test(detail))).toEqual([]);
		}
	});
});

describe("servePage", () => {
	const PAGE = { fetch: async () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }) };

	it.each(["/", "/incidents/abc", "/hub", "/insights", "/playground", "/assets/page-1.js"])(
		"serves %s to everybody, under a policy that lets nothing in from elsewhere",
		async (path) => {
			const { default: worker } = await import("../support/limited-worker.ts");
			const request = get(path) as Parameters<typeof worker.fetch>[0];
			const given = { ...env, ...AWAY, PAGE: PAGE as unknown as Fetcher };
			const response = await worker.fetch(request, given, {} as ExecutionContext);
			expect(response.status).toBe(200);
			expect(response.headers.get("content-security-policy")).toBe(
				"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
			);
			expect(response.headers.get("x-content-type-options")).toBe("nosniff");
			expect(response.headers.get("referrer-policy")).toBe("no-referrer");
		},
	);

	it("answers 404 as JSON to all else", async () => {
		expect((await send(get("/elsewhere"))).status).toBe(404);
	});
});

describe("deliveries", () => {
	it("that told of an incident change what the page asks by", async () => {
		const before = (await send(get("/api/status"))).body.changed_at;
		await send(signedDelivery(failedJob()));
		expect([before, (await send(get("/api/status"))).body.changed_at]).toEqual([null, expect.stringMatching(/^20/)]);
	});
});
