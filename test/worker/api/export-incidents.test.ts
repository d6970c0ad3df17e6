import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import bundled from "../../../dist/pipeline.json";
import { artefactVersion } from "../../../pipeline/index.ts";
import { invalidateEngine } from "../../../worker/engine.ts";
import { failedJob } from "../support/failed-job.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { type Answer, fireCron, get, passTime, send } from "../support/worker.ts";

const TOKEN = { authorization: `Bearer ${env.HEALER_API_TOKEN}` };

async function decided(repository: string): Promise<void> {
	await send(signedDelivery(failedJob({ repository })));
	await passTime();
	await fireCron();
}

function exported(query = ""): Promise<Answer> {
	return send(get(`/api/export${query}`, TOKEN));
}

describe("exportIncidentsApi", () => {
	it("gives what was decided with what it rested on, and the patterns that were looked for", async () => {
		stubRelay();
		await decided("5dlabs/cto");
		const { body } = await exported();
		expect(body).toMatchObject({
			incidents: [
				{
					status: "running",
					incident: { repository: "5dlabs/cto" },
					agent: expect.any(String),
					failure_type: expect.any(String),
					context: { job_logs: { from: "github.job_logs", status: "skipped" } },
					searched_by: bundled.version,
				},
			],
			next: null,
		});
		const searched = body.searched as Record<string, readonly string[]>;
		expect(searched[bundled.version]?.length).toBe(bundled.log_patterns.length);
	});

	it("leaves out what is not decided yet, and says null where no context was kept", async () => {
		stubRelay();
		await decided("5dlabs/cto");
		await env.JOURNAL.exec("UPDATE attempts SET facts = NULL");
		await send(signedDelivery(failedJob({ repository: "5dlabs/cto", run_id: 77 })));
		expect((await exported()).body).toMatchObject({ incidents: [{ context: null, searched_by: null }], searched: {} });
	});

	it("gives one incident by its id, in the same form", async () => {
		stubRelay();
		await decided("5dlabs/cto");
		const { incidents } = (await exported()).body as { incidents: { id: string }[] };
		expect((await exported(`?incident=${incidents[0]?.id}`)).body).toMatchObject({ incidents, next: null });
		expect((await exported(`?incident=${sampleId(9)}`)).body).toMatchObject({ incidents: [] });
	});

	it("gives the active artefact, a kept one, or the deployed one", async () => {
		const settings = { ...bundled.settings, repositories: ["acme/exported"] };
		const { version: _, ...rest } = { ...bundled, settings, log_patterns: [], classify: bundled.classify.slice(-1) };
		const pushed = { ...rest, version: artefactVersion(rest) };
		const artefactAt = async (query: string) => (await exported(`?with=pipeline${query}`)).body.artefact;
		expect(await artefactAt("")).toEqual(bundled);
		const url = "http://127.0.0.1:8787/api/pipeline";
		await send(new Request(url, { method: "PUT", headers: TOKEN, body: JSON.stringify(pushed) }));
		expect(await artefactAt("")).toEqual(pushed);
		expect(await artefactAt("&version=bundled")).toEqual(bundled);
		expect(await artefactAt(`&version=${pushed.version}`)).toEqual(pushed);
		expect((await exported("?with=pipeline&version=0123456789abcdef")).status).toBe(404);
		invalidateEngine();
	});

	it("goes page by page, newest first", async () => {
		stubRelay();
		const at = Date.parse("2026-11-01T00:00:00Z");
		for (const n of [1, 2, 3]) {
			await env.JOURNAL.prepare(
				`INSERT INTO incidents (id, status, kind, event, repository, identity, incident, explanation, context, pipeline, created_at, updated_at)
				VALUES (?1, 'running', 'ci', 'workflow_job', 'a/b', 'x', ?3, '{"stages":[]}', '{}', 'v', ?2, ?2)`,
			)
				.bind(sampleId(n), at + n, JSON.stringify(sampleIncident({ id: sampleId(n) })))
				.run();
		}
		const first = await exported("?limit=2");
		const second = await exported(`?limit=2&cursor=${first.body.next}`);
		const ids = [first, second].map(({ body }) => (body.incidents as { id: string }[]).map(({ id }) => Number(id)));
		expect(ids).toEqual([[3, 2], [1]]);
		expect(second.body.next).toBeNull();
	});

	it("refuses who has no token, also on loopback, and cursors and limits that are none", async () => {
		expect((await send(get("/api/export"))).status).toBe(401);
		expect((await exported("?cursor=x")).status).toBe(400);
		expect((await exported("?limit=0")).status).toBe(400);
	});
});
