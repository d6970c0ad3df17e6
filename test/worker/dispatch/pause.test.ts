import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { endPauses } from "../../../worker/dispatch/gates.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { endPause, repositoryPauses, startPause } from "../../../worker/journal/pauses.ts";
import { knownRepository, storedName } from "../../../worker/journal/repositories.ts";
import { failedJob } from "../support/failed-job.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { journalIncident, stubEffects, stubEngine, stubSettings } from "../support/stub-effects.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, post, send } from "../support/worker.ts";

const ID = sampleId(1);
const ALL = { reason: "the cluster moves", until: null };
const CTO = { ...ALL, repository: "5dlabs/cto" };
const MINUTE_MS = 60_000;

describe("processIncident while it is paused", () => {
	it("decides, sends nothing, and waits with the reason paused", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID, branch: "main" }));
		await startPause(stub.journal, ALL, stub.clock);

		expect(await processIncident(stub, ID)).toMatchObject({ state: "waiting", reason: "paused" });
		expect(stub.sent).toEqual([]);
		const row = await stub.journal.prepare("SELECT * FROM incidents").first();
		expect(row).toMatchObject({ status: "waiting", reason: "paused", paused: 1, agent: "rex", failing_since: null });
	});

	it("holds back when the pipeline says so, too, and goes on when it says so no more", async () => {
		const stub = stubEffects();
		stub.activeEngine = stubEngine({ settings: stubSettings({ paused: true }) });
		await journalIncident(stub, sampleIncident({ id: ID }));
		await processIncident(stub, ID);
		expect(await endPauses(stub)).toBe(0);

		stub.activeEngine = stubEngine();
		expect(await endPauses(stub)).toBe(1);
		expect(stub.woken.at(-1)).toEqual({ id: ID, delayMs: 0 });
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running" });
		expect(stub.sent).toHaveLength(1);
	});
});

describe("a repository that overrides pause", () => {
	it("waits, while the others go on, until the pipeline lets it go on", async () => {
		const stub = stubEffects();
		const paused = { repositories: ["5dlabs/cto"], settings: { paused: true } };
		stub.activeEngine = stubEngine({ overrides: [paused] });
		await journalIncident(stub, sampleIncident({ id: ID }));
		await journalIncident(stub, sampleIncident({ id: sampleId(2), repository: "5dlabs/other" }));
		expect(await processIncident(stub, ID)).toMatchObject({ state: "waiting", reason: "paused" });
		expect(await processIncident(stub, sampleId(2))).toMatchObject({ state: "running" });
		expect(await endPauses(stub)).toBe(0);

		stub.activeEngine = stubEngine();
		expect(await endPauses(stub)).toBe(1);
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running" });
	});

	it("goes on although the pipeline pauses all others", async () => {
		const stub = stubEffects();
		const going = { repositories: ["5dlabs/cto"], settings: { paused: false } };
		stub.activeEngine = stubEngine({ settings: stubSettings({ paused: true }), overrides: [going] });
		await journalIncident(stub, sampleIncident({ id: ID }));
		await journalIncident(stub, sampleIncident({ id: sampleId(2), repository: "5dlabs/other" }));
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running" });
		expect(await processIncident(stub, sampleId(2))).toMatchObject({ state: "waiting", reason: "paused" });
	});
});

describe("a repository that a person paused", () => {
	it("waits, while the others go on, until a person resumes it", async () => {
		const stub = stubEffects();
		await startPause(stub.journal, { ...CTO, repository: "5DLABS/CTO" }, stub.clock);
		await journalIncident(stub, sampleIncident({ id: ID }));
		await journalIncident(stub, sampleIncident({ id: sampleId(2), repository: "5dlabs/other" }));
		expect(await processIncident(stub, ID)).toMatchObject({ state: "waiting", reason: "paused" });
		expect(await processIncident(stub, sampleId(2))).toMatchObject({ state: "running" });
		expect(await endPauses(stub)).toBe(0);

		await endPause(stub.journal, { repository: "5dlabs/cto" }, stub.clock);
		expect(await endPauses(stub)).toBe(1);
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running" });
	});

	it("goes on by itself when the time of its pause is over", async () => {
		const stub = stubEffects();
		await startPause(stub.journal, { ...CTO, until: stub.clock + 5 * MINUTE_MS }, stub.clock);
		await journalIncident(stub, sampleIncident({ id: ID }));
		await processIncident(stub, ID);
		stub.clock += 5 * MINUTE_MS - 1;
		expect(await endPauses(stub)).toBe(0);
		expect(await repositoryPauses(stub.journal, stub.clock)).toHaveLength(1);

		stub.clock += 1;
		// Also before the sweep has deleted it.
		expect(await repositoryPauses(stub.journal, stub.clock)).toEqual([]);
		expect(await endPauses(stub)).toBe(1);
		expect(await stub.journal.prepare("SELECT * FROM repository_pauses").all()).toMatchObject({ results: [] });
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running" });
	});

	it("stays paused while all are resumed, and while all are paused it is not resumed by itself", async () => {
		const stub = stubEffects();
		await startPause(stub.journal, ALL, stub.clock);
		await startPause(stub.journal, CTO, stub.clock);
		await journalIncident(stub, sampleIncident({ id: ID }));
		await processIncident(stub, ID);
		await endPause(stub.journal, {}, stub.clock);
		expect(await endPauses(stub)).toBe(0);

		await startPause(stub.journal, ALL, stub.clock);
		await endPause(stub.journal, { repository: "5dlabs/cto" }, stub.clock);
		expect(await endPauses(stub)).toBe(0);
		await endPause(stub.journal, {}, stub.clock);
		expect(await endPauses(stub)).toBe(1);
	});

	it("stays paused under its new name", async () => {
		const stub = stubEffects();
		await knownRepository(stub.journal, { id: 1, name: "5dlabs/cto" }, stub.clock);
		await startPause(stub.journal, CTO, stub.clock);
		await knownRepository(stub.journal, { id: 1, name: "5dlabs/moved" }, stub.clock);
		await journalIncident(stub, sampleIncident({ id: ID, repository: "5dlabs/moved" }));
		expect(await processIncident(stub, ID)).toMatchObject({ state: "waiting", reason: "paused" });
		expect(await storedName(stub.journal, "5dlabs/cto")).toBe("5dlabs/moved");
	});
});

describe("endPauses", () => {
	it("wakes what was held back, oldest first, and leaves alone what waits for something else", async () => {
		const stub = stubEffects();
		await startPause(stub.journal, { ...ALL, reason: null }, stub.clock);
		for (const n of [1, 2, 3]) {
			await journalIncident(stub, sampleIncident({ id: sampleId(n), branch: `b${n}` }));
			stub.clock += 1000;
		}
		for (const n of [3, 1]) await processIncident(stub, sampleId(n));
		stub.woken.length = 0;
		await endPause(stub.journal, {}, stub.clock);
		expect(await endPauses(stub)).toBe(2);
		expect(stub.woken.map(({ id }) => id)).toEqual([sampleId(1), sampleId(3)]);
	});
});

describe("/api/pause", () => {
	it("stops the spawning for all at once, and lets everything go on", async () => {
		const relay = stubRelay();
		const paused = await send(post("/api/pause", { reason: "the cluster moves" }));
		expect(paused).toMatchObject({ status: 200, body: { paused: { by: "command", reason: "the cluster moves" } } });
		expect((await send(get("/api/status"))).body.paused).toMatchObject({ reason: "the cluster moves" });

		await send(signedDelivery(failedJob()));
		await passTime();
		await fireCron();
		const listed = await send(get("/api/incidents"));
		expect(listed.body.incidents).toMatchObject([{ status: "waiting", reason: "paused", agent: "rex" }]);
		expect(relay.made).toEqual([]);

		const resumed = await send(resume());
		expect(resumed).toMatchObject({ status: 200, body: { paused: null, released: 1 } });
		await fireCron();
		expect(relay.made).toHaveLength(1);
	});

	it("pauses one repository for a time, and says so in status and audit trail", async () => {
		const relay = stubRelay();
		await send(signedDelivery(failedJob()));
		const { body, status } = await send(
			post("/api/pause", { repository: "5DLabs/CTO", reason: "a migration", for: "4h" }),
		);
		const paused = { repository: "5dlabs/cto", by: "command", reason: "a migration", since: ISO, until: ISO };
		expect([status, body]).toEqual([
			200,
			{
				repository: "5dlabs/cto",
				agent: null,
				paused: { by: "command", reason: "a migration", since: ISO, until: ISO },
				paused_repositories: [paused],
				paused_agents: [],
			},
		]);
		const [shown] = (await send(get("/api/status"))).body.paused_repositories as (typeof paused)[];
		expect(shown).toEqual(paused);
		expect(Date.parse(shown?.until ?? "") - Date.parse(shown?.since ?? "")).toBe(240 * MINUTE_MS);
		expect((await send(get("/api/status"))).body.paused).toBeNull();

		await passTime();
		await fireCron();
		expect(relay.made).toEqual([]);
		const resumed = await send(resume("?repository=5dlabs/cto"));
		const nothing = { agent: null, paused: null, paused_repositories: [], paused_agents: [] };
		expect(resumed.body).toEqual({ repository: "5dlabs/cto", ...nothing, released: 1 });
		await fireCron();
		expect(relay.made).toHaveLength(1);
		const trail = await send(get("/api/export?with=audit", { authorization: `Bearer ${env.HEALER_API_TOKEN}` }));
		expect(trail.body.audit).toMatchObject([
			{ action: "pause", target: "5dlabs/cto", detail: `a migration, until ${shown?.until}` },
			{ action: "resume", target: "5dlabs/cto", detail: null },
		]);
	});

	it("refuses a repository of which nothing is known, but not one that the pipeline lists by its name", async () => {
		const unknown = await send(post("/api/pause", { repository: "5dlabs/ctto" }));
		expect(unknown.status).toBe(404);
		expect(unknown.body.error).toBe(
			"unknown repository 5dlabs/ctto: no delivery about it arrived, and settings.repositories does not list it by its name; there are 5dlabs/cto",
		);
		expect((await send(resume("?repository=5dlabs/ctto"))).status).toBe(404);
		expect((await send(post("/api/pause", { repository: "5dlabs/cto" }))).status).toBe(200);
	});

	it("says that a resumed repository is still paused, and by what", async () => {
		await send(post("/api/pause", {}));
		await send(post("/api/pause", { repository: "5dlabs/cto" }));
		const { body } = await send(resume("?repository=5dlabs/cto"));
		expect(body).toMatchObject({ repository: "5dlabs/cto", paused: { by: "command" }, released: 0 });
	});

	it.each([
		[{ repository: "5dlabs/*" }, /^repository: it is owner\/name; the body is JSON/],
		[{ repository: "cto" }, /^repository: it is owner\/name/],
		[{ for: "5s" }, /^for: it lasts from 1m to 30d/],
		[{ for: "soon" }, /^for: a duration is a whole number with/],
		[{ why: "x" }, /"why"/],
	])("refuses %j", async (given, error) => {
		const { body, status } = await send(post("/api/pause", given));
		expect([status, body.error]).toEqual([400, expect.stringMatching(error)]);
	});

	it.each(["?repo=5dlabs/cto", "?repository=", "?repository=*"])("resumes nothing by %s", async (query) => {
		await send(post("/api/pause", {}));
		expect((await send(resume(query))).status).toBe(400);
		expect((await send(get("/api/status"))).body.paused).not.toBeNull();
	});

	it("refuses who has no token, and a body that it does not know", async () => {
		const bare = new Request("http://127.0.0.1:8787/api/pause", { method: "POST" });
		expect((await send(bare)).status).toBe(401);
		expect((await send(new Request(bare.url, { method: "DELETE" }))).status).toBe(401);
		expect((await send(post("/api/pause", { why: "x" }))).status).toBe(400);
		expect((await send(get("/api/status"))).body.paused).toBeNull();
	});
});

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

function resume(query = ""): Request {
	const headers = { authorization: `Bearer ${env.HEALER_API_TOKEN}` };
	return new Request(`http://127.0.0.1:8787/api/pause${query}`, { method: "DELETE", headers });
}
