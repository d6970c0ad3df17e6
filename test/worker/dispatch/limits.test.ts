import { describe, expect, it } from "vitest";
import { limitsFor } from "../../../pipeline/limits.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { claimingCluster, endCodeRun } from "../support/claiming-cluster.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, stubEngine, stubSettings } from "../support/stub-effects.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

type Policy = Partial<Parameters<typeof limitsFor>[0]>;

/** Incidents 1, 2 ... of 5dlabs/cto, a minute apart, each on a branch of its own. */
async function limited(policy: Policy, incidents: number): Promise<Stub> {
	const stub = stubEffects();
	setLimits(stub, policy);
	for (let n = 1; n <= incidents; n++) {
		await journalIncident(stub, sampleIncident({ id: sampleId(n), branch: `b${n}` }));
		stub.clock += MINUTE_MS;
	}
	return stub;
}

function setLimits(stub: Stub, policy: Policy): void {
	const whole = { settings: stubSettings(), agents: {}, ...policy };
	stub.activeEngine = stubEngine({ limitsFor: (repository, agent) => limitsFor(whole, repository, agent) });
}

const process = async (stub: Stub, n: number) => await processIncident(stub, sampleId(n));

describe("checkLimits", () => {
	it("lets as many through within an hour as the limit says, and the rest an hour after the first was created", async () => {
		const stub = await limited({ limits: { repository: { per_hour: 2 } } }, 3);
		const first = stub.clock;
		for (const n of [1, 2]) expect(await process(stub, n)).toMatchObject({ state: "running" });
		expect(await process(stub, 3)).toMatchObject({
			state: "waiting",
			reason: "the limit of 2 CodeRuns an hour for 5dlabs/cto is reached",
		});
		expect(await findIncident(stub.journal, sampleId(3))).toMatchObject({
			blocked_on: "limit:repository:5dlabs/cto",
			blocked_since: first,
		});

		// Its CodeRun may have been created up to half a minute after it was asked for.
		stub.clock = first + HOUR_MS;
		expect(await process(stub, 3)).toMatchObject({ state: "waiting" });
		expect(await findIncident(stub.journal, sampleId(3))).toMatchObject({ blocked_since: first });
		stub.clock = first + HOUR_MS + 30 * SECOND_MS;
		expect(await process(stub, 3)).toMatchObject({ state: "running" });
		expect(stub.sent).toHaveLength(3);
		expect(await findIncident(stub.journal, sampleId(3))).toMatchObject({ blocked_on: null, blocked_since: null });
	});

	it.each([
		["the installation", { limits: { per_day: 2 } }, "2 CodeRuns a day of this installation", "limit:installation"],
		["an agent", { limits: { agent: { per_day: 2 } } }, "2 CodeRuns a day for agent rex", "limit:agent:rex"],
	])("counts a day for %s, in all repositories", async (_, policy, reason, blocked_on) => {
		const stub = await limited(policy, 3);
		await journalIncident(stub, sampleIncident({ id: sampleId(9), repository: "acme/shop", branch: "x" }));
		expect(await process(stub, 9)).toMatchObject({ state: "running" });
		expect(await process(stub, 1)).toMatchObject({ state: "running" });
		stub.clock += 23 * HOUR_MS;
		expect(await process(stub, 2)).toMatchObject({ state: "waiting", reason: `the limit of ${reason} is reached` });
		expect(await findIncident(stub.journal, sampleId(2))).toMatchObject({ blocked_on });
		stub.clock += 61 * MINUTE_MS;
		expect(await process(stub, 2)).toMatchObject({ state: "running" });
	});

	it("counts what is unfinished until its end is reported, also what ran before the limit was set", async () => {
		const stub = await limited({}, 3);
		const cluster = claimingCluster(stub);
		expect(await process(stub, 1)).toMatchObject({ state: "running" });
		setLimits(stub, { limits: { active: 1 } });
		stub.clock += 30 * HOUR_MS;
		expect(await process(stub, 2)).toMatchObject({
			state: "waiting",
			reason: "the limit of 1 unfinished CodeRun of this installation is reached",
		});
		expect(await process(stub, 3)).toMatchObject({
			state: "waiting",
			reason: `behind incident ${sampleId(2)}, which waits for limit:installation`,
		});
		stub.woken.length = 0;
		await endCodeRun(stub, cluster.made[0]);
		expect(stub.woken.map(({ id }) => id)).toContain(sampleId(2));
		expect(await process(stub, 2)).toMatchObject({ state: "running" });
		stub.clock += 10 * MINUTE_MS;
		expect(await process(stub, 3)).toMatchObject({ state: "waiting" });
	});

	it("waits for the limit that lasts longest, and needs room in each", async () => {
		const stub = await limited({ limits: { per_day: 1, repository: { per_hour: 1 } } }, 2);
		expect(await process(stub, 1)).toMatchObject({ state: "running" });
		expect(await process(stub, 2)).toMatchObject({ reason: expect.stringContaining("1 CodeRun a day") });
	});

	it("takes one place for several sends of one attempt, and keeps the place fresh", async () => {
		const stub = await limited({ limits: { repository: { per_hour: 1 } } }, 2);
		stub.relay = () => ({ ok: false, reason: "no answer", isFinal: false });
		const first = stub.clock;
		await process(stub, 1);
		stub.relay = (_id, body) => ({
			ok: true,
			result: { result: "created", coderun_name: JSON.parse(body).coderun.metadata.name },
		});
		stub.clock = first + 50 * MINUTE_MS;
		expect(await process(stub, 1)).toMatchObject({ state: "running" });
		// Its CodeRun may have been created only by the second send.
		stub.clock = first + 62 * MINUTE_MS;
		expect(await process(stub, 2)).toMatchObject({ state: "waiting" });
	});

	it("gives the place back where nothing came of it", async () => {
		const stub = await limited({ limits: { repository: { per_hour: 1 } } }, 2);
		stub.relay = () => ({ ok: true, result: { result: "busy", agent: "rex", active: 1 } });
		await process(stub, 1);
		const slots = await stub.journal.prepare("SELECT count(*) AS count FROM rate_limit_slots").first("count");
		expect(slots).toBe(0);
	});

	it("counts each repository by itself, whatever the case of its name", async () => {
		const stub = await limited({ limits: { repository: { per_hour: 1 } } }, 1);
		await journalIncident(stub, sampleIncident({ id: sampleId(8), repository: "5DLabs/CTO", branch: "x" }));
		await journalIncident(stub, sampleIncident({ id: sampleId(9), repository: "5dlabs/other", branch: "x" }));
		expect(await process(stub, 1)).toMatchObject({ state: "running" });
		expect(await process(stub, 8)).toMatchObject({ state: "waiting" });
		expect(await process(stub, 9)).toMatchObject({ state: "running" });
	});
});
