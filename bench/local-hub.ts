import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type EdgeRuntime, startEdgeRuntime } from "../cli/hub/edge-runtime.ts";
import { freePort as findFreePort } from "../cli/state/free-port.ts";
import { openStateFolder } from "../cli/state/state-folder.ts";
import { padded, recordedPayload, signed } from "./delivery.ts";
import { ownChildren, treeMicroseconds } from "./process-tree.ts";
import { HMAC_ONLY, SECRET } from "./workers.ts";

const ROOT = path.join(import.meta.dirname, "..");
const CLIENTS = 4;

export interface Measured {
	/** CPU so far. */
	cpu(): number;
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

export interface Floor extends Measured {
	readonly url: string;
	stop(): Promise<void>;
}

/** The floor: a worker that only checks the HMAC, in the hub's runtime, whose workerd is a child of this process. */
export async function startFloor(root: string): Promise<Floor> {
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

const JOBS_OF_RUN = 20;

/** A job of a run that succeeds; each run has some, on a branch of its own. */
export function greenJob(n: number): string {
	return jobOf(n, "success", { ...runOf(n), name: `job ${n % JOBS_OF_RUN}` });
}

/** The same job before it has a runner: no part of the policy cares for it. */
export function queuedJob(n: number): string {
	return jobOf(n, null, { ...runOf(n), name: `job ${n % JOBS_OF_RUN}`, status: "queued" }, "queued");
}

function runOf(n: number) {
	const run_id = Math.floor(n / JOBS_OF_RUN);
	return { run_id, head_branch: `green/${run_id}` };
}

function jobOf(
	n: number,
	conclusion: "failure" | "success" | null,
	changes: object = {},
	action = "completed",
): string {
	const payload = recordedPayload("workflow_job", action) as { readonly workflow_job: object };
	const job = { ...payload.workflow_job, id: n, run_id: n, head_branch: `fix/${n}`, conclusion, ...changes };
	return padded({ ...payload, workflow_job: job });
}

/** Signs a delivery as GitHub does, and expects 202. */
export async function deliver(url: string, body: string): Promise<void> {
	const delivery = signed("workflow_job", randomUUID(), body);
	const response = await fetch(`${url}/webhooks/github`, { method: "POST", ...delivery });
	const text = await response.text();
	if (response.status !== 202) throw new Error(`the delivery was not accepted: ${response.status} ${text}`);
}
