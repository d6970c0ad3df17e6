import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/index.ts";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { writeDelivery } from "../../../worker/ingest/write-delivery.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { happen, passUntilQuiet, run, runningRemediation, WORKFLOW } from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, stubEngine } from "../support/stub-effects.ts";

const ID = sampleId(1);
const NEW = sampleId(2);
const done = { kind: "outcome", attempt: 1, phase: "Succeeded" } as const;

/** A failure on the branch that an agent works on, from a sensor that strips who pushed. */
function failureOfNobody(stub: Stub, changes: Partial<Incident> = {}): Incident {
	const {
		actor: _actor,
		sender: _sender,
		...rest
	} = sampleIncident({
		id: NEW,
		branch: "fix/parser",
		run_id: "200",
		head_sha: "sha-200",
		workflow: WORKFLOW,
		started_at: new Date(stub.clock).toISOString(),
		...changes,
	});
	return { ...rest, ...changes };
}

const statusOf = async (stub: Stub, id = NEW) => (await findIncident(stub.journal, id))?.status;

async function deliver(stub: Stub, incident: Incident): Promise<unknown> {
	const content = {
		outcome: "incident",
		incident,
		identity: `identity of ${incident.id}`,
		explanation: { pipeline: "v-test", stages: [] },
		settle_ms: 0,
		late_ms: 3_600_000,
	} as const;
	const delivery = { delivery_id: "d", event: "workflow_run", received_at: stub.clock, content };
	return await writeDelivery(stub, delivery, stub.log);
}

/** Nothing holds the branch but what these tests are about. */
function withoutClaims(stub: Stub): void {
	const plain = stubEngine();
	stub.activeEngine = stubEngine({
		decide: async (input) => ({ ...(await plain.decide(input)), claims: [] }) as never,
	});
}

describe("a failure on an agent's branch of which nobody says who pushed it", () => {
	it("is not dropped: it is an incident", async () => {
		const stub = stubEffects();
		await runningRemediation(stub, ID);
		expect(await deliver(stub, failureOfNobody(stub))).toMatchObject({ status: "accepted", incident_id: NEW });
	});

	it("waits while the attempt goes on, then counts as its result", async () => {
		const stub = stubEffects();
		withoutClaims(stub);
		await runningRemediation(stub, ID);
		stub.clock += 60_000;
		await journalIncident(stub, failureOfNobody(stub));
		expect(await processIncident(stub, NEW)).toMatchObject({
			state: "waiting",
			reason: `nobody says who pushed; attempt 1 of incident ${ID} may have`,
		});
		const { actor: _actor, ...signal } = (
			run("failure", 200, stub) as Extract<typeof done | ReturnType<typeof run>, { kind: "signal" }>
		).signal;
		await happen(stub, ID, { kind: "signal", signal });
		await happen(stub, ID, done);
		stub.clock += 60_000;
		await sweepDue(stub);
		await happen(stub, ID, { kind: "signal", signal });
		stub.clock += 60_000;
		expect(await processIncident(stub, NEW)).toEqual({
			state: "superseded",
			reason: `nobody says who pushed; it counts as the result of attempt 1 of incident ${ID}`,
		});
	});

	it("is a person's when its run began after every agent had ended", async () => {
		const stub = stubEffects();
		withoutClaims(stub);
		await runningRemediation(stub, ID);
		await happen(stub, ID, { ...done, phase: "Failed" });
		stub.clock += 16 * 60_000;
		await journalIncident(stub, failureOfNobody(stub));
		expect(await processIncident(stub, NEW)).toMatchObject({ state: "running" });
	});

	it.each([
		["of a person's push", { actor: { login: "octocat", type: "User" } }],
		["of another workflow", { workflow: { name: "Docs", path: ".github/workflows/docs.yml" } }],
		["of another branch", { branch: "other" }],
	])("does not wait if it is %s", async (_what, changes) => {
		const stub = stubEffects();
		withoutClaims(stub);
		await runningRemediation(stub, ID);
		await journalIncident(stub, failureOfNobody(stub, changes));
		expect(await processIncident(stub, NEW)).toMatchObject({ state: "running" });
	});

	it("wakes no agent without end: one remediation escalates, and nothing else is started", async () => {
		const stub = stubEffects();
		await runningRemediation(stub, ID);
		for (let attempt = 1; attempt <= 3; attempt++) {
			stub.clock += 60_000;
			const id = sampleId(10 + attempt);
			const run_id = String(200 + attempt);
			await journalIncident(stub, failureOfNobody(stub, { id, run_id, head_sha: `sha-${run_id}` }));
			const { signal } = run("failure", 200 + attempt, stub, {
				started_at: new Date(stub.clock).toISOString(),
			}) as Extract<ReturnType<typeof run>, { kind: "signal" }>;
			const { actor: _actor, ...unsigned } = signal;
			await happen(stub, ID, { kind: "signal", signal: unsigned });
			await happen(stub, ID, { ...done, attempt });
			for (let minute = 0; minute < 5; minute++) {
				stub.clock += 60_000;
				stub.begin();
				await sweepDue(stub);
			}
		}
		expect((await passUntilQuiet(stub, ID)).status).toBe("escalated");
		for (const attempt of [1, 2, 3]) {
			await passUntilQuiet(stub, sampleId(10 + attempt));
			expect([attempt, await statusOf(stub, sampleId(10 + attempt))]).toEqual([attempt, "superseded"]);
		}
		expect(stub.sent.filter(({ id }) => !id.startsWith(ID))).toEqual([]);
	});
});
