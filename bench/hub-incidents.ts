import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type EdgeRuntime, startEdgeRuntime } from "../cli/hub/edge-runtime.ts";
import { freePort as findFreePort } from "../cli/state/free-port.ts";
import { openStateFolder } from "../cli/state/state-folder.ts";
import { padded, recordedPayload } from "./delivery.ts";
import { median } from "./median.ts";
import { ownChildren, treeMicroseconds } from "./process-tree.ts";
import { HMAC_ONLY, SECRET } from "./workers.ts";

/** CPU of all processes of a local hub, in microseconds, what an idle hub uses in that time taken off. */
export interface IncidentFigures {
	/** One incident, from its delivery to its CodeRun in the state folder. */
	readonly incident_us: number;
	/** One delivery to a worker that only checks its HMAC, in the same runtime with the same bindings. */
	readonly hmac_us: number;
	readonly ratio: number;
	/** Each second without deliveries. */
	readonly idle_us_per_second: number;
}

const ROOT = path.join(import.meta.dirname, "..");
const ROUNDS = 3;
const INCIDENTS = 100;
const CHECKS = 1_000;
const CLIENTS = 4;
const IDLE_MS = 10_000;

/** Hub and floor run side by side and take turns, so that other load on the machine affects both. */
export async function measureIncidents(): Promise<IncidentFigures> {
	const home = await mkdtemp(path.join(tmpdir(), "healer-bench-"));
	const hub = await startHub(path.join(home, "hub"));
	const floor = await startFloor(path.join(home, "floor"));
	try {
		await hub.bring(20);
		await checkEach(floor.url, CHECKS);
		const idle = await cpuWhile(hub, () => sleep(IDLE_MS));
		const rounds: { incident: number[]; hmac: number[] } = { incident: [], hmac: [] };
		for (let round = 0; round < ROUNDS; round++) {
			const busy = await cpuWhile(hub, () => hub.bring(INCIDENTS));
			rounds.incident.push((busy.us - (busy.ms / idle.ms) * idle.us) / INCIDENTS);
			rounds.hmac.push((await cpuWhile(floor, () => checkEach(floor.url, CHECKS))).us / CHECKS);
		}
		const [incident_us, hmac_us] = [median(rounds.incident), median(rounds.hmac)];
		return { incident_us, hmac_us, ratio: incident_us / hmac_us, idle_us_per_second: (idle.us / idle.ms) * 1000 };
	} finally {
		await hub.stop();
		await floor.stop();
		await rm(home, { recursive: true, force: true });
	}
}

interface Measured {
	/** CPU so far. */
	cpu(): number;
}

async function cpuWhile(process: Measured, work: () => Promise<unknown>): Promise<{ us: number; ms: number }> {
	const [cpu, began] = [process.cpu(), performance.now()];
	await work();
	return { us: process.cpu() - cpu, ms: performance.now() - began };
}

export interface BenchHub extends Measured {
	readonly url: string;
	readonly pid: number;
	/** Delivers that many failures, each of a branch of its own, and waits for their CodeRuns. */
	bring(incidents: number): Promise<void>;
	/** Waits until there are that many CodeRuns. */
	settled(codeRuns: number): Promise<void>;
	stop(): Promise<void>;
}

/** Where the hub's CodeRuns go, if not into the state folder, and what is changed of the shipped policy. */
export interface HubChanges {
	readonly env: Readonly<Record<string, string>>;
	policy(shipped: string): string;
	/** How many CodeRuns there are. */
	codeRuns(): Promise<number>;
	readonly poll_ms: number;
}

/** `healer start` with the shipped policy, in a process of its own. */
export async function startHub(home: string, changes?: HubChanges): Promise<BenchHub> {
	for (const name of ["pipeline.yaml", "prompts"])
		await cp(path.join(ROOT, name), path.join(home, name), { recursive: true });
	const pipeline = path.join(home, "pipeline.yaml");
	if (changes !== undefined) await writeFile(pipeline, changes.policy(await readFile(pipeline, "utf8")));
	const [port, relayPort] = [await freePort(), await freePort()];
	const state = path.join(home, "state");
	const child = spawn(process.execPath, ["cli/main.ts", "start", "--pipeline", pipeline], {
		cwd: ROOT,
		stdio: ["ignore", "pipe", "inherit"],
		env: {
			...process.env,
			HEALER_PORT: String(port),
			HEALER_RELAY_PORT: String(relayPort),
			HEALER_STATE_DIR: state,
			GITHUB_WEBHOOK_SECRET: SECRET,
			...changes?.env,
		},
	});
	await saysReady(child);
	const url = `http://127.0.0.1:${port}`;
	const pid = child.pid ?? 0;
	let brought = 0;
	const { codeRuns = () => codeRunsIn(state), poll_ms = 100 } = changes ?? {};
	const settled = async (wanted: number) => {
		while ((await codeRuns()) < wanted) await sleep(poll_ms);
	};
	return {
		url,
		pid,
		cpu: () => treeMicroseconds(pid),
		async bring(incidents) {
			const first = brought + 1;
			brought += incidents;
			await fromClients(incidents, (n) => deliver(url, failureOf(first + n)));
			await settled(brought);
		},
		settled,
		stop: () => ended(child),
	};
}

async function codeRunsIn(state: string): Promise<number> {
	return (await readdir(path.join(state, "coderuns"))).filter((name) => name.endsWith(".yaml")).length;
}

async function saysReady(child: ChildProcess): Promise<void> {
	let said = "";
	for await (const chunk of child.stdout ?? []) {
		said += chunk;
		if (said.includes("Healer is ready on")) break;
	}
	if (!said.includes("Healer is ready on")) throw new Error(`the hub did not start:\n${said}`);
}

async function ended(child: ChildProcess): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	child.once("exit", () => resolve());
	child.kill("SIGTERM");
	await promise;
}

/** The floor: the hub's runtime, whose workerd is a child of this process. */
async function startFloor(root: string): Promise<Measured & { readonly url: string; stop(): Promise<void> }> {
	const folder = await openStateFolder(root);
	if (!folder.ok) throw new Error(folder.problem);
	const port = await freePort();
	const before = ownChildren();
	const edge: EdgeRuntime = await startEdgeRuntime({
		script: HMAC_ONLY,
		port,
		folder: folder.value,
		variables: { SECRET },
		log: () => undefined,
	});
	const started = ownChildren().filter((pid) => !before.includes(pid));
	const cpu = () => started.reduce((sum, pid) => sum + treeMicroseconds(pid), 0);
	return { url: `http://127.0.0.1:${port}`, cpu, stop: edge.stop };
}

async function freePort(): Promise<number> {
	const port = await findFreePort(0, "");
	if (!port.ok) throw new Error(port.problem);
	return port.value;
}

async function checkEach(url: string, times: number): Promise<void> {
	const body = failureOf(1);
	await fromClients(times, () => deliver(url, body));
}

export async function fromClients(times: number, each: (n: number) => Promise<void>, clients = CLIENTS): Promise<void> {
	let next = 0;
	const client = async () => {
		while (next < times) await each(next++);
	};
	await Promise.all(Array.from({ length: clients }, client));
}

/** A run of its own that failed on a branch of its own. */
export function failureOf(n: number): string {
	return jobOf(n, "failure");
}

/** The same that succeeded. */
export function successOf(n: number): string {
	return jobOf(n, "success");
}

function jobOf(n: number, conclusion: "failure" | "success"): string {
	const payload = recordedPayload("workflow_job", "completed") as { readonly workflow_job: object };
	const job = { ...payload.workflow_job, id: n, run_id: n, head_branch: `fix/${n}`, conclusion };
	return padded({ ...payload, workflow_job: job });
}

/** Signs a delivery as GitHub does, and expects 202. */
export async function deliver(url: string, body: string): Promise<void> {
	const response = await fetch(`${url}/webhooks/github`, {
		method: "POST",
		body,
		headers: {
			"content-type": "application/json",
			"x-github-event": "workflow_job",
			"x-github-delivery": randomUUID(),
			"x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
		},
	});
	const text = await response.text();
	if (response.status !== 202) throw new Error(`the delivery was not accepted: ${response.status} ${text}`);
}
