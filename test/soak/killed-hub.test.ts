import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { eventually } from "../hub/eventually.ts";
import { type FailingRun, workflowJob, workflowRun } from "../hub/failing-run.ts";
import { codeRuns, deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "../hub/hub-process.ts";

const INCIDENTS = 100;

describe("100 incidents, each delivered in five ways at once, with kill -9 in the middle", () => {
	let hub: HubProcess | undefined;
	afterAll(async () => {
		hub?.signalGroup("SIGKILL");
		await hub?.ended();
	});

	it("become exactly 100 CodeRuns", async () => {
		const home = await makeHome();
		hub = await startReadyHub(home);
		const sending = tellAll(home, 0, INCIDENTS / 2);
		await eventually(() => codeRuns(home).length >= 10, "the first ten CodeRuns");
		hub.signalGroup("SIGKILL");
		await hub.ended();

		// The other half is sent to a stopped hub: at the kill it cannot have processed everything.
		const rest = tellAll(home, INCIDENTS / 2, INCIDENTS);
		hub = await startReadyHub(home);
		await rest;
		await sending;
		await eventually(() => codeRuns(home).length >= INCIDENTS, "all CodeRuns", 120_000);
		// Anything still in progress would create one too many.
		await eventually(async () => (await unsettled(home)) === 0, "every incident has its CodeRun");
		expect(codeRuns(home)).toHaveLength(INCIDENTS);
		expect(new Set(codeRuns(home).map((name) => name.slice(-21)))).toHaveProperty("size", INCIDENTS);
	});
});

async function tellAll(home: Home, from: number, to: number): Promise<void> {
	await Promise.all(Array.from({ length: to - from }, (_, index) => deliverAll(home, runOf(from + index))));
}

function runOf(index: number): FailingRun {
	return { runId: 9_000 + index, branch: `feature/${index}` };
}

/** The same delivery twice, the same event with another id, another job, and the run: each until it is answered. */
async function deliverAll(home: Home, run: FailingRun): Promise<void> {
	const id = `delivery-${run.runId}`;
	await Promise.all([
		untilAccepted(() => deliver(home, "workflow_job", workflowJob(run), id)),
		untilAccepted(() => deliver(home, "workflow_job", workflowJob(run), id)),
		untilAccepted(() => deliver(home, "workflow_job", workflowJob(run))),
		untilAccepted(() => deliver(home, "workflow_job", workflowJob(run, 2))),
		untilAccepted(() => deliver(home, "workflow_run", workflowRun(run))),
	]);
}

/** GitHub's redelivery in short: what got no 202 is sent again. */
async function untilAccepted(send: () => Promise<{ status: number }>): Promise<void> {
	for (let tries = 0; tries < 400; tries++) {
		const answer = await send().catch(() => undefined);
		if (answer?.status === 202) return;
		await sleep(100);
	}
	throw new Error("never accepted");
}

async function unsettled(home: Home): Promise<number> {
	const { counts } = await countByStatus(home);
	return (counts.accepted ?? 0) + (counts.waiting ?? 0);
}

async function countByStatus(home: Home): Promise<{ counts: Record<string, number> }> {
	const status = (await getJson(home, "/api/status")) as { incidents?: Record<string, number> };
	return { counts: status.incidents ?? {} };
}
