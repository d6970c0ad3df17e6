import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import type { Wakeup } from "../../../worker/env.ts";
import { runSteps, type SweepStep } from "../../../worker/jobs/sweep.ts";
import { createLog } from "../../../worker/log.ts";
import worker from "../support/limited-worker.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, stubEffects } from "../support/stub-effects.ts";

describe("runSteps", () => {
	it("goes on after a step that fails, and logs which and why", async () => {
		const ran: string[] = [];
		const lines: string[] = [];
		const steps = [
			step("first", async () => void ran.push("first")),
			step("broken", () => Promise.reject(new Error("no journal"))),
			step("last", async () => void ran.push("last")),
		];
		await runSteps(steps, { ...stubEffects(), log: createLog({}, (line) => lines.push(line)) });
		expect(ran).toEqual(["first", "last"]);
		expect(lines.map((line) => JSON.parse(line))).toEqual([
			{
				time: expect.any(String),
				level: "error",
				message: "sweep step failed",
				step: "broken",
				cause: "no journal",
				stack: expect.stringMatching(/^at .*sweep\.test\.ts/),
			},
		]);
	});
});

describe("sweepDue", () => {
	it("brings everything that is due through, once each, with two sweeps at once", async () => {
		const stub = stubEffects();
		for (let n = 1; n <= 20; n++) await journalIncident(stub, sampleIncident({ id: sampleId(n), branch: `b-${n}` }));
		await journalIncident(stub, sampleIncident({ id: sampleId(99) }), stub.clock + 5000);
		await Promise.all([sweepDue(stub), sweepDue(stub)]);
		expect(new Set(stub.sent.map(({ id }) => id)).size).toBe(20);
		expect(stub.sent).toHaveLength(20);
	});

	it("finishes what a consumer that died held, once its time is over", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: sampleId(1) }));
		await stub.journal
			.prepare("UPDATE incidents SET lock = 'dead', locked_until = ?1")
			.bind(stub.clock + 30_000)
			.run();
		expect((await sweepDue(stub)).processed).toBe(0);
		stub.clock += 30_000;
		expect((await sweepDue(stub)).processed).toBe(1);
		expect(stub.sent).toHaveLength(1);
	});

	it("goes on past an incident that cannot be looked at, and logs which and why", async () => {
		const lines: string[] = [];
		const stub = { ...stubEffects(), log: createLog({}, (line) => lines.push(line)) };
		for (let n = 1; n <= 3; n++) await journalIncident(stub, sampleIncident({ id: sampleId(n), branch: `b-${n}` }));
		await stub.journal.prepare("UPDATE incidents SET incident = 'null' WHERE id = ?1").bind(sampleId(1)).run();
		expect((await sweepDue(stub)).processed).toBe(3);
		expect(stub.sent.map(({ id }) => id).sort()).toEqual([`${sampleId(2)}.1`, `${sampleId(3)}.1`]);
		expect(lines.filter((line) => line.includes(sampleId(1)) && line.includes('"level":"error"'))).toHaveLength(1);
	});

	it("looks at an incident once a sweep, although it is due again at once", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: sampleId(1) }));
		stub.relay = () => {
			stub.clock += 20_000;
			return { ok: false, reason: "down", isFinal: false };
		};
		await sweepDue(stub);
		expect(stub.sent).toHaveLength(1);
	});
});

describe("consumeWakeups", () => {
	it("acknowledges every message, whatever it holds", async () => {
		const bodies = [{ incident_id: sampleId(1) }, null, 7, {}, { incident_id: 3 }, { incident_id: "' OR 1=1" }];
		const batch = createMessageBatch<Wakeup>(
			"healer-wakeups",
			bodies.map((body, n) => ({ id: String(n), timestamp: 0, attempts: 1, body: body as Wakeup })),
		);
		const ctx = createExecutionContext();
		await worker.queue(batch, env);
		const result = await getQueueResult(batch, ctx);
		expect(result).toMatchObject({ ackAll: true, retryMessages: [], retryBatch: { retry: false } });
	});
});

function step(name: string, run: () => Promise<void>): SweepStep {
	return {
		name,
		needs: { statements: 1, subrequests: 1 },
		async run() {
			await run();
			return undefined;
		},
	};
}
