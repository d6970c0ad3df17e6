import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "./eventually.ts";
import { workflowJob } from "./failing-run.ts";
import {
	codeRuns,
	deliver,
	getJson,
	type Home,
	type HubProcess,
	makeHome,
	startHub,
	startReadyHub,
} from "./hub-process.ts";
import { childrenOf, hubPid, runtimesOf } from "./hub-runtime.ts";

const started: HubProcess[] = [];

async function ready(home: Home, env?: Record<string, string>): Promise<HubProcess> {
	const hub = await startReadyHub(home, env);
	started.push(hub);
	return hub;
}

function begin(home: Home, env?: Record<string, string>): HubProcess {
	const hub = startHub(home, env);
	started.push(hub);
	return hub;
}

afterEach(async () => {
	for (const hub of started.splice(0)) {
		hub.signalGroup("SIGKILL");
		await hub.ended();
	}
});

describe("a hub and its pipeline.yaml", () => {
	it("activates an edited file, and keeps the previous version when it is broken", async () => {
		const home = await makeHome();
		const hub = await ready(home);
		const good = readFileSync(home.pipelineFile, "utf8");
		expect(await statusOf(home, "octo-org/repo-1")).toBe("ignored");

		writeFileSync(home.pipelineFile, good.replace("[5dlabs/cto]", "[5dlabs/cto, octo-org/repo-1]"));
		await eventually(async () => (await statusOf(home, "octo-org/repo-1")) !== "ignored", "the active edit");
		await eventually(() => hub.output().includes("is active"), "a line that says so");

		writeFileSync(home.pipelineFile, good.replace("agent: rex", "agent: nobody"));
		await eventually(() => hub.output().includes("IS NOT USED"), "the errors");
		expect(hub.output()).toContain("nobody");
		expect(await statusOf(home, "octo-org/repo-1")).not.toBe("ignored");
	});

	it("activates an edited pack", async () => {
		const home = await makeHome();
		const pack = path.join(path.dirname(home.pipelineFile), "ours.yaml");
		const filter = (prefix: string) => `filters:\n  - { name: ours, keep: "$not($glob(branch, '${prefix}/**'))" }\n`;
		writeFileSync(pack, filter("draft"));
		const own = readFileSync(home.pipelineFile, "utf8");
		writeFileSync(home.pipelineFile, own.replace("healer/cluster]", "healer/cluster, ./ours.yaml]"));
		const hub = await ready(home);
		const { pipeline: before } = (await getJson(home, "/api/status")) as { pipeline: string };

		writeFileSync(pack, filter("wip"));
		await eventually(async () => {
			const { pipeline } = (await getJson(home, "/api/status")) as { pipeline: string };
			return pipeline !== before;
		}, "the pack's new version");
		await eventually(() => hub.output().includes("is active"), "a line that says so");
	});

	it("starts with the last good version when the file is broken, and reports that", async () => {
		const home = await makeHome();
		const first = await ready(home);
		const { pipeline } = (await getJson(home, "/api/status")) as { pipeline: string };
		first.signalGroup("SIGTERM");
		await first.ended();

		writeFileSync(home.pipelineFile, "version: 1\nnonsense: true\n");
		const second = await ready(home);
		expect(second.output()).toContain("IS NOT USED");
		expect(second.output()).toMatch(/ pipeline +the last good version, not .*pipeline\.yaml \([0-9a-f]{12}\)/);
		expect(second.output()).toContain("nonsense");
		expect(await getJson(home, "/api/status")).toMatchObject({ pipeline });
	});

	it("ends with the errors when the file is broken and there is no good version", async () => {
		const home = await makeHome();
		writeFileSync(home.pipelineFile, "version: 1\nnonsense: true\n");
		const hub = begin(home);
		expect(await hub.ended()).toBe(1);
		expect(hub.output()).toContain("nonsense");
	});
});

describe("a hub that cannot start", () => {
	it("names the port in use and the variable to change", async () => {
		const home = await makeHome();
		const other = createServer();
		await new Promise<void>((resolve) => other.listen(home.port, "127.0.0.1", resolve));
		const hub = begin(home);
		expect(await hub.ended()).toBe(1);
		expect(hub.output()).toContain(`Port ${home.port} is in use`);
		expect(hub.output()).toContain("HEALER_PORT=");
		await new Promise((resolve) => other.close(resolve));
	});

	it("refuses a second hub on the same state folder", async () => {
		const home = await makeHome();
		await ready(home);
		const other = await makeHome();
		const second = begin({ ...other, stateDir: home.stateDir });
		expect(await second.ended()).toBe(1);
		expect(second.output()).toContain("Another Healer");
		expect(second.output()).toContain("HEALER_STATE_DIR");
	});

	it("names the state folder that it cannot create", async () => {
		const home = await makeHome();
		const file = `${home.stateDir}-is-a-file`;
		writeFileSync(file, "");
		const hub = begin({ ...home, stateDir: path.join(file, "state") });
		expect(await hub.ended()).toBe(1);
		expect(hub.output()).toContain(file);
		expect(hub.output()).toContain("HEALER_STATE_DIR");
	});

	it.each([
		["HEALER_SINK", "elsewhere", "directory or kubernetes"],
		["HEALER_PORT", "eighty", "HEALER_PORT"],
	])("ends with 2 for %s=%s", async (name, value, said) => {
		const hub = begin(await makeHome(), { [name]: value });
		expect(await hub.ended()).toBe(2);
		expect(hub.output()).toContain(said);
	});
});

describe("a hub with half of a GitHub App's settings", () => {
	it("reports that when it starts, and runs without the App", async () => {
		const hub = await ready(await makeHome(), { GITHUB_APP_ID: "1" });
		expect(hub.output()).toContain("The GitHub App cannot be used: GITHUB_PRIVATE_KEY is not set, GITHUB_APP_ID is.");
	});
});

describe("a hub that was killed with -9", () => {
	it("starts again when only its Node was killed, and kills a runtime that lost its guard", async () => {
		const home = await makeHome();
		const first = await ready(home);
		await accept(home, 21);
		for (const guard of childrenOf(runtimePid(home))) process.kill(guard, "SIGKILL");
		process.kill(hubPid(home), "SIGKILL");
		await first.ended();
		const second = await ready(home);
		expect(second.output()).toContain("an earlier hub left behind");
		await eventually(() => codeRuns(home).length === 1, "the CodeRun of what was accepted before");
	});

	it("stops by itself when only npm was killed", async () => {
		const home = await makeHome();
		const first = await ready(home);
		const hub = hubPid(home);
		first.child.kill("SIGKILL");
		await eventually(() => !isAlive(hub), "the hub's end");
		await ready(home);
	});

	it("restarts the runtime when only that was killed", async () => {
		const home = await makeHome();
		await ready(home);
		await accept(home, 22);
		process.kill(runtimePid(home), "SIGKILL");
		await eventually(
			() =>
				fetch(`${home.url}/health`).then(
					({ ok }) => ok,
					() => false,
				),
			"an answer",
		);
		await eventually(() => codeRuns(home).length === 1, "the CodeRun of what was accepted before");
	});
});

describe("a hub that cannot write CodeRuns", () => {
	// Root can write anywhere; only a folder in the way stops it.
	it("creates them once it can", async () => {
		const home = await makeHome();
		await ready(home);
		const folder = path.join(home.stateDir, "coderuns");
		if (process.getuid?.() === 0) execFileSync("mv", [folder, `${folder}-away`]);
		else chmodSync(folder, 0o500);
		await accept(home, 31);
		const { incidents } = (await getJson(home, "/api/incidents")) as { incidents: { status: string }[] };
		expect(incidents).toHaveLength(1);
		await eventually(
			async () => JSON.stringify(await getJson(home, "/api/incidents")).includes('"waiting"'),
			"waiting",
		);
		if (process.getuid?.() === 0) execFileSync("mv", [`${folder}-away`, folder]);
		else chmodSync(folder, 0o755);
		await eventually(() => codeRuns(home).length === 1, "the CodeRun", 90_000);
	});
});

async function accept(home: Home, runId: number): Promise<void> {
	const answer = await deliver(home, "workflow_job", workflowJob({ runId, branch: `feature/${runId}` }));
	expect(answer).toMatchObject({ status: 202, body: { status: "accepted" } });
}

/** The answer to a new failure in a repository. */
async function statusOf(home: Home, repository: string): Promise<string | undefined> {
	const payload = workflowJob({ runId: Math.floor(performance.now() * 1000), branch: "main" });
	const text = JSON.stringify(payload).replaceAll("5dlabs/cto", repository);
	return (await deliver(home, "workflow_job", JSON.parse(text))).body.status;
}

function runtimePid(home: Home): number {
	return Number(runtimesOf(home)[0]);
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
