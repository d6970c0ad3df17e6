import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { eventually } from "./eventually.ts";
import { workflowRun } from "./failing-run.ts";
import { codeRuns, deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";

const FAILURES = 12;

let hub: HubProcess | undefined;
afterEach(async () => {
	hub?.signalGroup("SIGKILL");
	await hub?.ended();
	hub = undefined;
});

describe("approvals", () => {
	it("send each decision once, each approved five times at once and again, over a kill -9 in the middle", async () => {
		const home = await makeHome();
		const pipeline = parseDocument(await readFile(home.pipelineFile, "utf8"));
		for (const agent of ["rex", "atlas"]) pipeline.setIn(["agents", agent, "max_active"], 0);
		pipeline.setIn(["settings", "settle"], "0s");
		pipeline.setIn(["autonomy"], [{ level: "approve", expires: "1h" }]);
		await writeFile(home.pipelineFile, String(pipeline));
		hub = await startReadyHub(home);
		for (let n = 0; n < FAILURES; n++) {
			await deliver(home, "workflow_run", workflowRun({ runId: 81_000 + n, branch: `fix/${n}` }));
		}
		await eventually(async () => (await countOf(home, "awaiting_approval")) === FAILURES, "all decisions", 120_000);
		expect(codeRuns(home)).toEqual([]);
		const ids = await idsOf(home);

		// The process ends between an approval and what follows from it, for some of them.
		const answers = ids.flatMap((id) => Array.from({ length: 5 }, () => approve(home, id).catch(() => undefined)));
		await Promise.race(answers);
		hub.signalGroup("SIGKILL");
		await hub.ended();
		await Promise.all(answers);
		hub = await startReadyHub(home);
		const again = await Promise.all(ids.flatMap((id) => [approve(home, id), approve(home, id)]));
		expect(again.filter((status) => status !== 200 && status !== 409)).toEqual([]);

		await eventually(async () => (await countOf(home, "running")) === FAILURES, "all CodeRuns", 120_000);
		expect(codeRuns(home)).toHaveLength(FAILURES);
		const shown = await Promise.all(ids.map((id) => getJson(home, `/api/incidents/${id}`)));
		const events = shown.map((one) => (one as { timeline: { event: string }[] }).timeline.map(({ event }) => event));
		// Of a hub that was killed, one of them may have been deferred.
		const steps = events.map((all) => all.filter((event) => event !== "deferred"));
		expect(steps).toEqual(ids.map(() => ["approval_requested", "approved", "spawned"]));
	});
});

async function countOf(home: Home, status: string): Promise<number> {
	const { incidents } = (await getJson(home, "/api/status")) as { incidents: Record<string, number> };
	return incidents[status] ?? 0;
}

async function idsOf(home: Home): Promise<readonly string[]> {
	const { incidents } = (await getJson(home, "/api/incidents?limit=100")) as { incidents: { id: string }[] };
	return incidents.map(({ id }) => id);
}

/** The status of the answer. */
async function approve(home: Home, id: string): Promise<number> {
	const secrets = parseEnv(readFileSync(path.join(home.stateDir, "secrets.env"), "utf8"));
	const headers = { authorization: `Bearer ${secrets.HEALER_API_TOKEN}` };
	const response = await fetch(`${home.url}/api/incidents/${id}/approve`, { method: "POST", headers });
	await response.text();
	return response.status;
}
