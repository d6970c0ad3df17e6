import { describe, expect, it } from "vitest";
import { endPauses } from "../../../worker/dispatch/gates.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { findAttempt } from "../../../worker/journal/attempts.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { forgetUnstarted } from "../../../worker/journal/starts.ts";
import { happen } from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const MINUTE_MS = 60_000;
const EVERY_10_MIN =
	"no controller started the last three CodeRuns; another one is created every 10 min to see whether one starts it";

/** The n-th incident, on a branch of its own, as far as it goes now. */
async function spawn(stub: Stub, n: number) {
	stub.begin();
	if ((await findIncident(stub.journal, sampleId(n))) === undefined) {
		await journalIncident(stub, sampleIncident({ id: sampleId(n), branch: `b${n}` }));
	}
	return await processIncident(stub, sampleId(n));
}

/** CodeRuns of the first incidents that ended so, a minute apart. */
async function ended(phases: readonly string[], changes: Partial<Stub> = {}): Promise<Stub> {
	const stub = Object.assign(stubEffects(), changes);
	for (const [index, phase] of phases.entries()) {
		await spawn(stub, index + 1);
		stub.clock += MINUTE_MS;
		await happen(stub, sampleId(index + 1), { kind: "outcome", attempt: 1, phase });
	}
	return stub;
}

const STALLED = ["Succeeded", "NotStarted", "NotStarted", "NotStarted"];

/** One CodeRun that is created to see whether it is started: the ninth incident's. */
async function probing(changes: Partial<Stub> = {}): Promise<Stub> {
	const stub = await ended(STALLED, changes);
	expect(await spawn(stub, 9)).toMatchObject({ state: "running" });
	return stub;
}

describe("while no controller starts CodeRuns", () => {
	it("creates one CodeRun to see whether it is started, and lets all others wait with the reason", async () => {
		const stub = await probing();
		const { coderun_name } = (await findAttempt(stub.journal, sampleId(9), 1)) ?? {};
		stub.status = () => ({ ok: true, status: { state: "running", coderun_name: "x", started: false } });
		expect(await spawn(stub, 10)).toEqual({
			state: "waiting",
			reason: `no controller started the last three CodeRuns; ${coderun_name} was created to see whether one starts it`,
			next_try_at: stub.clock + MINUTE_MS,
		});
		expect(stub.sent).toHaveLength(5);
		expect(stub.asked.at(-1)).toEqual({ incident_id: sampleId(9), attempt: 1, coderun_name });
	});

	it("creates the next one ten minutes later, once that one has ended without a phase, too", async () => {
		const stub = await probing();
		stub.clock += 2 * MINUTE_MS;
		await happen(stub, sampleId(9), { kind: "outcome", attempt: 1, phase: "NotStarted" });
		expect(await spawn(stub, 10)).toEqual({
			state: "waiting",
			reason: EVERY_10_MIN,
			next_try_at: stub.clock + 8 * MINUTE_MS,
		});
		stub.clock += 8 * MINUTE_MS;
		expect(await spawn(stub, 10)).toMatchObject({ state: "running" });
		stub.status = () => ({ ok: false, reason: "the relay answered 503" });
		expect(await spawn(stub, 11)).toMatchObject({ state: "waiting" });
	});

	it("goes on as soon as that one has a phase", async () => {
		const stub = await probing();
		stub.status = ({ coderun_name }) => ({ ok: true, status: { state: "running", coderun_name, started: true } });
		expect(await spawn(stub, 10)).toMatchObject({ state: "running" });
		expect(await spawn(stub, 11)).toMatchObject({ state: "running" });
		expect(stub.asked).toHaveLength(1);
	});

	it("goes on when any CodeRun ends by a phase", async () => {
		const stub = await probing();
		await happen(stub, sampleId(9), { kind: "outcome", attempt: 1, phase: "Failed" });
		expect(await spawn(stub, 10)).toMatchObject({ state: "running" });
	});

	it("tries again when nothing was heard of that one for a quarter of an hour", async () => {
		const stub = await probing();
		stub.clock += 14 * MINUTE_MS;
		expect(await spawn(stub, 10)).toMatchObject({ state: "waiting" });
		stub.clock += MINUTE_MS;
		expect(await spawn(stub, 10)).toMatchObject({ state: "running" });
	});

	it("goes on when a person resumes", async () => {
		const stub = await probing();
		expect(await spawn(stub, 10)).toMatchObject({ state: "waiting" });
		await forgetUnstarted(stub.journal, stub.clock);
		expect(await endPauses(stub)).toBe(1);
		expect(await spawn(stub, 10)).toMatchObject({ state: "running" });
		expect(await spawn(stub, 11)).toMatchObject({ state: "running" });
	});
});

describe("spawning goes on", () => {
	it.each([
		["two of the last three did not start", ["Succeeded", "NotStarted", "Succeeded", "NotStarted", "NotStarted"]],
		["none ever started", ["NotStarted", "NotStarted", "NotStarted", "NotStarted"]],
		["they were deleted, and may have started", ["Succeeded", "Deleted", "Deleted", "Deleted"]],
	])("while %s", async (_, phases) => {
		const stub = await ended(phases);
		for (const n of [10, 11, 12]) expect(await spawn(stub, n)).toMatchObject({ state: "running" });
		expect(stub.asked).toEqual([]);
	});

	it("in a directory, where CodeRuns wait for a person or a tool", async () => {
		const stub = await ended(STALLED, { overdueAfterMs: undefined });
		for (const n of [10, 11]) expect(await spawn(stub, n)).toMatchObject({ state: "running" });
	});
});

describe("a spawn request", () => {
	it.each([
		["with Kubernetes", {}, 600],
		["not in a directory", { overdueAfterMs: undefined }, undefined],
	])("has a start deadline %s", async (_, changes, start_deadline_s) => {
		const stub = await ended(["Succeeded"], changes);
		expect(JSON.parse(String(stub.sent[0]?.body)).start_deadline_s).toBe(start_deadline_s);
	});
});
