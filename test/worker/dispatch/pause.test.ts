import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { endPauses } from "../../../worker/dispatch/gates.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { endPause, startPause } from "../../../worker/journal/pauses.ts";
import { failedJob } from "../support/failed-job.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { journalIncident, stubEffects, stubEngine, stubSettings } from "../support/stub-effects.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, post, send } from "../support/worker.ts";

const ID = sampleId(1);

describe("processIncident while it is paused", () => {
	it("decides, sends nothing, and waits with the reason paused", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID, branch: "main" }));
		await startPause(stub.journal, "the cluster moves", stub.clock);

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

describe("endPauses", () => {
	it("wakes what was held back, oldest first, and leaves alone what waits for something else", async () => {
		const stub = stubEffects();
		await startPause(stub.journal, null, stub.clock);
		for (const n of [1, 2, 3]) {
			await journalIncident(stub, sampleIncident({ id: sampleId(n), branch: `b${n}` }));
			stub.clock += 1000;
		}
		for (const n of [3, 1]) await processIncident(stub, sampleId(n));
		stub.woken.length = 0;
		await endPause(stub.journal);
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

		const resumed = await send(
			new Request("http://127.0.0.1:8787/api/pause", {
				method: "DELETE",
				headers: { authorization: `Bearer ${env.HEALER_API_TOKEN}` },
			}),
		);
		expect(resumed).toMatchObject({ status: 200, body: { paused: null, released: 1 } });
		await fireCron();
		expect(relay.made).toHaveLength(1);
	});

	it("refuses who has no token, and a body that it does not know", async () => {
		const bare = new Request("http://127.0.0.1:8787/api/pause", { method: "POST" });
		expect((await send(bare)).status).toBe(401);
		expect((await send(new Request(bare.url, { method: "DELETE" }))).status).toBe(401);
		expect((await send(post("/api/pause", { why: "x" }))).status).toBe(400);
		expect((await send(get("/api/status"))).body.paused).toBeNull();
	});
});
