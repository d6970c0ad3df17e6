import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "./eventually.ts";
import { workflowJob } from "./failing-run.ts";
import {
	cleanEnvironment,
	deliver,
	environmentOf,
	getJson,
	type Home,
	type HubProcess,
	makeHome,
	ROOT,
	startHub,
	startReadyHub,
} from "./hub-process.ts";
import { hubPid, parentOf, runtimesOf } from "./hub-runtime.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
	for (const cleanup of cleanups.splice(0)) await cleanup();
});

function killAtEnd(hub: HubProcess): HubProcess {
	cleanups.push(() => {
		hub.signalGroup("SIGKILL");
		return hub.ended();
	});
	return hub;
}

const ready = async (home: Home) => killAtEnd(await startReadyHub(home));
const begin = (home: Home, env?: Record<string, string>) => killAtEnd(startHub(home, env));

const DELIVERIES = 1_000;
const CLIENTS = 20;

describe("a hub with unread output and HEALER_LOG=debug", () => {
	const PIPE = { where: "a pipe", program: "npm", options: ["start"] };
	// util-linux's `script` gives the hub a terminal; other systems' versions take other options.
	const TERMINAL = { where: "a terminal", program: "script", options: ["-qfec", "npm start", "/dev/null"] };
	const PLACES = process.platform === "linux" ? [PIPE, TERMINAL] : [PIPE];
	it.each(PLACES)("accepts 1,000 deliveries on $where, then reports how many lines it dropped", async (place) => {
		const home = await makeHome();
		const child = spawn(place.program, place.options, {
			cwd: ROOT,
			detached: true,
			stdio: ["ignore", "pipe", "ignore"],
			env: { ...cleanEnvironment(), ...environmentOf(home), HEALER_LOG: "debug" },
		});
		cleanups.push(() => process.kill(-Number(child.pid), "SIGKILL"));
		await eventually(() => isHealthy(home), "the hub");

		let taken = 0;
		await Promise.all(
			Array.from({ length: CLIENTS }, async (_, client) => {
				for (let number = client; number < DELIVERIES; number += CLIENTS) {
					// Ten runs of a hundred jobs each.
					const payload = workflowJob({ runId: 9_000 + (number % 10), branch: "main" }, number);
					const { status } = await deliver(home, "workflow_job", payload);
					if (status === 202) taken++;
				}
			}),
		);
		expect(taken).toBe(DELIVERIES);

		let output = "";
		child.stdout.on("data", (chunk) => (output += chunk));
		await eventually(
			() => /\(\d+ lines dropped here because the terminal was not read\./.test(output),
			"what was dropped",
		);
		process.kill(hubPid(home), "SIGTERM");
		await eventually(() => runtimesOf(home).length === 0, "the runtime's end", 10_000);
	});
});

describe("SIGTERM ends a hub within ten seconds, and its runtime with it,", () => {
	it("while the worker hangs", async () => {
		const home = await makeHome();
		const hub = await ready(home);
		for (const pid of runtimesOf(home)) process.kill(pid, "SIGSTOP");
		process.kill(hubPid(home), "SIGTERM");
		await endsInTime(home, hub);
		expect(await hub.ended()).toBe(0);
	});

	it("while the hub's Node itself hangs", async () => {
		const home = await makeHome();
		const hub = await ready(home);
		const pid = hubPid(home);
		process.kill(pid, "SIGSTOP");
		process.kill(parentOf(pid), "SIGTERM");
		await endsInTime(home, hub);
	});

	it.each([
		["its state folder is made", (home: Home) => readdirOf(home.stateDir).includes("hub.lock")],
		["its runtime is started", (home: Home) => runtimesOf(home).length > 0],
		["its journal is there", (home: Home) => readdirOf(path.join(home.stateDir, "edge")).includes("d1")],
		["its worker answers", isHealthy],
	])("as soon as %s", async (_, condition) => {
		const home = await makeHome();
		const hub = begin(home);
		await eventually(() => condition(home), "the moment");
		hub.signalGroup("SIGTERM");
		await endsInTime(home, hub);
	});
});

describe("a hub that is killed with -9", () => {
	it("ends its runtime with it", async () => {
		const home = await makeHome();
		const hub = await ready(home);
		expect(runtimesOf(home)).toHaveLength(1);
		process.kill(hubPid(home), "SIGKILL");
		await hub.ended();
		await eventually(() => runtimesOf(home).length === 0, "the runtime's end", 10_000);
	});
});

describe("a hub with unusable settings", () => {
	// Only Linux has a folder in which nobody can create one, not even root.
	const IMPOSSIBLE = process.platform === "linux" ? "/proc/x" : "/dev/null/x";
	it("ends with the state folder's name when it can never be created", async () => {
		const hub = begin({ ...(await makeHome()), stateDir: IMPOSSIBLE });
		expect(await hub.ended()).toBe(1);
		expect(hub.output()).toContain(`The state folder ${IMPOSSIBLE} cannot be written to:`);
		expect(hub.output()).toContain("HEALER_STATE_DIR=/some/folder");
	});

	it("ends with the file's name when pipeline.yaml is a named pipe", async () => {
		const home = await makeHome();
		makeNamedPipe(home.pipelineFile);
		const hub = begin(home);
		expect(await hub.ended()).toBe(1);
		expect(hub.output()).toContain(`Cannot read ${home.pipelineFile}: it is a named pipe (FIFO).`);
	});

	it("keeps the pipeline when a prompt becomes a named pipe, names it, and activates a valid one again", async () => {
		const home = await makeHome();
		const hub = await ready(home);
		const { pipeline } = (await getJson(home, "/api/status")) as { pipeline: string };
		const prompt = path.join(path.dirname(home.pipelineFile), "prompts", "rust-fix.mustache");
		makeNamedPipe(prompt);
		await eventually(() => hub.output().includes("IS NOT USED"), "the problem");
		expect(hub.output()).toContain(`Cannot read ${prompt}: it is a named pipe (FIFO).`);
		expect(await getJson(home, "/api/status")).toMatchObject({ pipeline });

		rmSync(prompt);
		execFileSync("cp", [path.join(ROOT, "prompts", "rust-fix.mustache"), prompt]);
		await eventually(() => hub.output().includes("is active"), "the good one");
		process.kill(hubPid(home), "SIGTERM");
		await endsInTime(home, hub);
	});

	it("ends with the fix when a wire secret is plain text, and does not print it", async () => {
		const hub = begin(await makeHome(), { HEALER_WIRE_SECRETS: "correct-horse-battery-staple-and-more" });
		expect(await hub.ended()).toBe(1);
		expect(hub.output()).toContain(
			'HEALER_WIRE_SECRETS: the secret is not whsec_ and 24 to 64 bytes in base64; make one with: echo "whsec_$(openssl rand -base64 32)".',
		);
		expect(hub.output()).not.toContain("correct-horse");
	});
});

describe("a hub whose journal fails", () => {
	it("reports that on standard error", async () => {
		const home = await makeHome();
		const hub = await ready(home);
		let problems = "";
		hub.child.stderr?.on("data", (chunk) => (problems += chunk));
		overwriteJournal(home);
		const line = "The journal does not answer; deliveries are refused. See the log for the reason.\n";
		await eventually(() => problems.includes(line), "a line on standard error");
		const answer = await deliver(home, "workflow_job", workflowJob({ runId: 1, branch: "main" }));
		expect(answer.status).toBe(503);
	});
});

async function endsInTime(home: Home, hub: HubProcess): Promise<void> {
	const asked = performance.now();
	await Promise.all([
		hub.ended(),
		eventually(() => runtimesOf(home).length === 0 && !isLocked(home), "the end of all of it", 10_000),
	]);
	expect(performance.now() - asked).toBeLessThan(10_000);
}

/** Whether a process still has this home's state folder as its own. */
function isLocked(home: Home): boolean {
	return execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" }).includes(home.pipelineFile);
}

function isHealthy(home: Home): Promise<boolean> {
	return fetch(`${home.url}/health`).then(
		({ ok }) => ok,
		() => false,
	);
}

function readdirOf(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function makeNamedPipe(file: string): void {
	rmSync(file);
	execFileSync("mkfifo", [file]);
}

/** Overwrites the database and its log with zeroes, as a broken disk might. */
function overwriteJournal(home: Home): void {
	const folder = path.join(home.stateDir, "edge", "d1", "miniflare-D1DatabaseObject");
	for (const name of readdirSync(folder).filter((name) => !name.startsWith("metadata"))) {
		const file = openSync(path.join(folder, name), "r+");
		writeSync(file, Buffer.alloc(80_000), 0, 80_000, 0);
		closeSync(file);
	}
}
