import { describe, expect, it } from "vitest";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, stubEngine, stubSettings } from "../support/stub-effects.ts";

const MINUTE_MS = 60_000;

async function capped(max_per_hour: number, incidents: number): Promise<Stub> {
	const stub = stubEffects();
	stub.activeEngine = stubEngine({ settings: stubSettings({ max_per_hour }) });
	for (let n = 1; n <= incidents; n++) {
		await journalIncident(stub, sampleIncident({ id: sampleId(n), branch: `b${n}` }));
		stub.clock += MINUTE_MS;
	}
	return stub;
}

describe("checkRateLimit", () => {
	it("lets as many through within an hour as the settings say, and the rest an hour after the first", async () => {
		const stub = await capped(2, 3);
		const first = stub.clock;
		for (const n of [1, 2]) expect(await processIncident(stub, sampleId(n))).toMatchObject({ state: "running" });
		const third = await processIncident(stub, sampleId(3));
		expect(third).toMatchObject({ state: "waiting", reason: expect.stringContaining("2 CodeRuns an hour") });

		stub.clock = first + 60 * MINUTE_MS;
		expect(await processIncident(stub, sampleId(3))).toMatchObject({ state: "running" });
		expect(stub.sent).toHaveLength(3);
	});

	it("takes one place for several sends of one attempt", async () => {
		const stub = await capped(1, 1);
		stub.relay = () => ({ ok: false, reason: "no answer", isFinal: false });
		await processIncident(stub, sampleId(1));
		stub.relay = (_id, body) => ({
			ok: true,
			result: { result: "created", coderun_name: JSON.parse(body).coderun.metadata.name },
		});
		stub.clock += MINUTE_MS;
		expect(await processIncident(stub, sampleId(1))).toMatchObject({ state: "running" });
	});

	it("gives the place back where nothing came of it", async () => {
		const stub = await capped(1, 2);
		stub.relay = () => ({ ok: true, result: { result: "busy", agent: "rex", active: 1 } });
		await processIncident(stub, sampleId(1));
		const slots = await stub.journal.prepare("SELECT count(*) AS count FROM rate_limit_slots").first("count");
		expect(slots).toBe(0);
	});

	it("takes the limit that `overrides` sets for a repository, and the settings' one elsewhere", async () => {
		const stub = await capped(0, 3);
		const overrides = [{ repositories: ["5DLabs/*"], settings: { max_per_hour: 1 } }];
		stub.activeEngine = stubEngine({ settings: stubSettings({ max_per_hour: 0 }), overrides });
		for (const n of [7, 8]) {
			await journalIncident(stub, sampleIncident({ id: sampleId(n), repository: "octo/shop", branch: `x${n}` }));
		}
		expect(await processIncident(stub, sampleId(1))).toMatchObject({ state: "running" });
		const second = await processIncident(stub, sampleId(2));
		expect(second).toMatchObject({ state: "waiting", reason: expect.stringContaining("1 CodeRuns an hour") });
		for (const n of [7, 8]) expect(await processIncident(stub, sampleId(n))).toMatchObject({ state: "running" });
	});

	it("counts each repository by itself, whatever the case of its name", async () => {
		const stub = await capped(1, 1);
		await journalIncident(stub, sampleIncident({ id: sampleId(8), repository: "5DLabs/CTO", branch: "x" }));
		await journalIncident(stub, sampleIncident({ id: sampleId(9), repository: "5dlabs/other", branch: "x" }));
		expect(await processIncident(stub, sampleId(1))).toMatchObject({ state: "running" });
		expect(await processIncident(stub, sampleId(8))).toMatchObject({ state: "waiting" });
		expect(await processIncident(stub, sampleId(9))).toMatchObject({ state: "running" });
	});
});
