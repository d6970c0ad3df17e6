import { cpSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { finishCodeRun } from "../../relay/cluster/directory/finish-coderun.ts";
import { eventually } from "./eventually.ts";
import { workflowJob } from "./failing-run.ts";
import { codeRuns, deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";

let hub: HubProcess | undefined;

async function start(home: Home): Promise<void> {
	hub = await startReadyHub(home);
}

async function stop(): Promise<void> {
	hub?.signalGroup("SIGTERM");
	await hub?.ended();
}

afterEach(async () => {
	hub?.signalGroup("SIGKILL");
	await hub?.ended();
});

async function isStatus(home: Home, status: string): Promise<boolean> {
	const { incidents } = (await getJson(home, "/api/incidents")) as { incidents: { status: string }[] };
	return incidents.length === 1 && incidents[0]?.status === status;
}

describe("a hub whose journal was restored from a copy of its state folder", () => {
	it("learns what ended in the meantime although that was reported before, and creates no second CodeRun", async () => {
		const home = await makeHome();
		const edge = path.join(home.stateDir, "edge");
		const copy = `${home.stateDir}-copy`;
		await start(home);
		await deliver(home, "workflow_job", workflowJob({ runId: 77, branch: "fix/backup" }));
		await eventually(() => isStatus(home, "running"), "a CodeRun");
		await stop();
		cpSync(edge, copy, { recursive: true });

		await start(home);
		const [file = ""] = codeRuns(home);
		const name = path.basename(file, ".yaml");
		await finishCodeRun(home.stateDir, name, "Succeeded", Date.now());
		await eventually(() => isStatus(home, "awaiting_ci"), "its outcome");
		await eventually(() => readdirSync(path.join(home.stateDir, "reported")).includes(name), "its mark");
		await stop();

		rmSync(edge, { recursive: true });
		cpSync(copy, edge, { recursive: true });
		await start(home);
		await eventually(() => isStatus(home, "awaiting_ci"), "its outcome again");
		expect(codeRuns(home)).toHaveLength(1);
	});
});
