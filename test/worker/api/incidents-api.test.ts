import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { failedJob } from "../support/failed-job.ts";
import worker from "../support/limited-worker.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { journalIncident, stubEffects } from "../support/stub-effects.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, send } from "../support/worker.ts";

const TOKEN = { authorization: `Bearer ${env.HEALER_API_TOKEN}` };

describe("listIncidentsApi", () => {
	it("shows the decision of a running incident in exactly these fields", async () => {
		const relay = stubRelay();
		await send(signedDelivery(failedJob()));
		await passTime();
		await fireCron();
		const { body } = await send(get("/api/incidents"));
		expect(body).toEqual({
			incidents: [
				{
					id: expect.stringMatching(/^[0-9a-f]{32}$/),
					status: "running",
					reason: null,
					event: "workflow_job",
					repository: "5dlabs/cto",
					branch: "fix/parser",
					run_id: "289782451",
					agent: "rex",
					failure_type: "rust_clippy",
					rule: expect.stringMatching(/\w/),
					coderun_name: relay.made[0],
					leader_id: null,
					members: 0,
					created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
				},
			],
			next: null,
		});
	});

	it("pages newest first, also where times are equal, without gap or repeat", async () => {
		const stub = stubEffects();
		for (let n = 1; n <= 7; n++) {
			if (n === 4) stub.clock += 1000;
			await journalIncident(stub, sampleIncident({ id: sampleId(n) }));
		}
		const pages: string[][] = [];
		let cursor = "";
		do {
			const { body } = await send(get(`/api/incidents?limit=3${cursor}`));
			pages.push((body.incidents as { id: string }[]).map(({ id }) => id));
			cursor = body.next === null ? "" : `&cursor=${body.next}`;
		} while (cursor !== "");
		expect(pages).toEqual([
			[sampleId(7), sampleId(6), sampleId(5)],
			[sampleId(4), sampleId(3), sampleId(2)],
			[sampleId(1)],
		]);
	});

	it("filters by status, repository in any case, and agent", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: sampleId(1) }));
		await journalIncident(stub, sampleIncident({ id: sampleId(2), repository: "octo/hello" }));
		const ids = async (query: string) =>
			((await send(get(`/api/incidents?${query}`))).body.incidents as { id: string }[]).map(({ id }) => id);
		expect(await ids("repository=5DLabs/CTO")).toEqual([sampleId(1)]);
		expect(await ids("status=accepted&repository=octo/hello")).toEqual([sampleId(2)]);
		expect(await ids("status=running")).toEqual([]);
		expect(await ids("agent=rex")).toEqual([]);
	});

	it.each([["status=unknown"], ["limit=0"], ["limit=x"], ["cursor=1"], ["cursor=1.' OR 1=1"]])(
		"400 for %s",
		async (query) => {
			expect((await send(get(`/api/incidents?${query}`))).status).toBe(400);
		},
	);
});

describe("showIncidentApi", () => {
	it("explains a decision rule by rule, and tells context, attempts and deliveries", async () => {
		const relay = stubRelay();
		const { body: accepted } = await send(signedDelivery(failedJob(), { delivery: "d-1" }));
		await passTime();
		await fireCron();
		const { status, body } = await send(get(`/api/incidents/${accepted.incident_id}`));
		expect(status).toBe(200);
		const { stages } = body.explanation as { stages: { stage: string; round: string; rules: unknown[] }[] };
		expect(stages.map(({ stage, round }) => `${stage} ${round}`)).toEqual([
			"events first",
			"filters first",
			"context again",
			"filters again",
			"classify again",
			"route again",
			"rerun again",
			"dedup again",
			"spawn again",
		]);
		expect(stages.find(({ stage }) => stage === "route")?.rules.length).toBeGreaterThan(0);
		expect(body).toMatchObject({
			kind: "ci",
			incident: { workflow: { name: "Controller CI" } },
			context: { job_logs: { from: "github.job_logs", status: "skipped", why: "not configured" } },
			attempts: [{ attempt: 1, agent: "rex", coderun_name: relay.made[0], outcome: null }],
			deliveries: [{ delivery_id: "d-1", event: "workflow_job" }],
		});
	});

	it("writes the explanation as text for who accepts text alone", async () => {
		const { body } = await send(signedDelivery(failedJob()));
		const ctx = createExecutionContext();
		const request = get(`/api/incidents/${body.incident_id}`, { accept: "text/plain" });
		const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], env, ctx);
		expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
		const text = await response.text();
		expect(text).toMatch(/^pipeline [0-9a-f]{16}\n\nevents: workflow_job takes it\n {2}✓ workflow_job\n/);
		expect(text).toContain("\nfilters: kept");
		await waitOnExecutionContext(ctx);
	});

	it("404 for an id that nobody knows", async () => {
		expect((await send(get(`/api/incidents/${sampleId(1)}`))).status).toBe(404);
		expect((await send(get("/api/incidents/%00"))).status).toBe(404);
	});
});

describe("showStatus", () => {
	it("counts every state, and ignored deliveries by reason", async () => {
		await send(signedDelivery(failedJob()));
		await send(signedDelivery(failedJob({ repository: "octo/hello" })));
		await send(signedDelivery({}, { event: "watch" }));
		await send(signedDelivery({}, { event: "watch" }));
		const { body } = await send(get("/api/status"));
		expect(body).toEqual({
			github_url: "https://github.com",
			pipeline: expect.stringMatching(/\w/),
			pipelines: [],
			incidents: {
				accepted: 1,
				waiting: 0,
				running: 0,
				rerunning: 0,
				observed: 0,
				awaiting_approval: 0,
				awaiting_ci: 0,
				awaiting_merge: 0,
				grouped: 0,
				fixed: 0,
				unverified: 0,
				failed: 0,
				escalated: 0,
				superseded: 0,
				cancelled: 0,
				dead: 0,
			},
			ignored: { filtered: 1, unknown_event: 2 },
			refused_signatures: 0,
			delivery_queue: null,
			redelivery: { configured: false },
			notifications: [],
			paused: null,
			paused_repositories: [],
			paused_agents: [],
			not_starting: null,
			changed_at: expect.stringMatching(/^\d{4}-/),
			last_delivery_at: expect.stringMatching(/^\d{4}-/),
			journal: { size_bytes: expect.any(Number) },
		});
	});
});

describe("authorize", () => {
	const paths = ["/api/status", "/api/incidents", `/api/incidents/${sampleId(1)}`];
	const open = (path: string) => (path.includes(sampleId(1)) ? 404 : 200);

	it.each(paths)("opens %s on loopback for Host localhost and 127.0.0.1, with any port", async (path) => {
		for (const host of ["localhost", "127.0.0.1", "localhost:8787", "127.0.0.1:9000"]) {
			expect((await send(get(path, { host }))).status).toBe(open(path));
		}
	});

	it.each(paths)("closes %s on loopback for any other Host", async (path) => {
		for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8787", "[::1]", ""]) {
			expect((await send(get(path, { host }))).status).toBe(401);
		}
	});

	it.each(paths)("asks a token for %s elsewhere", async (path) => {
		const away = { HEALER_LOOPBACK: "" };
		expect(await send(get(path), away)).toMatchObject({ status: 401, body: { error: "unauthorized" } });
		expect((await send(get(path, TOKEN), away)).status).toBe(open(path));
		expect((await send(get(path, { authorization: "Bearer token-of-the-test" }), away)).status).toBe(401);
	});
});

describe("showHealth", () => {
	it("says no more than ok, to everybody", async () => {
		expect(await send(get("/health"), { HEALER_LOOPBACK: "" })).toMatchObject({ status: 200, body: { status: "ok" } });
	});

	it("503 when the journal does not answer", async () => {
		const broken = { prepare: () => ({ run: () => Promise.reject(new Error("D1_ERROR")) }) };
		expect(await send(get("/health"), { JOURNAL: broken as unknown as D1Database })).toMatchObject({
			status: 503,
			body: { status: "failing" },
		});
	});
});
