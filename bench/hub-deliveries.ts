import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
	deliver,
	failureOf,
	fromClients,
	greenJob,
	type Measured,
	queuedJob,
	startFloor,
	startHub,
} from "./local-hub.ts";
import { median } from "./median.ts";

/** CPU of all processes of a local hub, in microseconds, what an idle hub uses in that time taken off. */
export interface DeliveryFigures {
	/** One incident, from its delivery to its CodeRun in the state folder. */
	readonly incident_us: number;
	/** A job that waits for its runner: nothing in the policy cares for it. */
	readonly ignored_us: number;
	/** A job that succeeded, where nothing is under remediation; a run has twenty. */
	readonly green_us: number;
	/** One delivery to a worker that only checks its HMAC, in the same runtime with the same bindings. */
	readonly hmac_us: number;
	readonly ratio: {
		readonly incident_to_hmac: number;
		readonly ignored_to_hmac: number;
		readonly green_to_ignored: number;
	};
	/** Each second without deliveries. */
	readonly idle_us_per_second: number;
}

const ROUNDS = 5;
const INCIDENTS = 100;
const DELIVERIES = 1_000;
const IDLE_MS = 10_000;
// What is written behind its answer is written by then.
const AFTERWARDS_MS = 1_500;

/** Hub and floor run side by side and take turns, so that other load on the machine affects both. */
export async function measureDeliveries(): Promise<DeliveryFigures> {
	const home = await mkdtemp(path.join(tmpdir(), "healer-bench-"));
	const hub = await startHub(path.join(home, "hub"));
	const floor = await startFloor(path.join(home, "floor"));
	let sent = 0;
	const send = async (url: string, bodyOf: (n: number) => string) => {
		await fromClients(DELIVERIES, () => deliver(url, bodyOf(sent++)));
		await sleep(AFTERWARDS_MS);
	};
	const work = {
		incident: () => hub.bring(INCIDENTS),
		ignored: () => send(hub.url, queuedJob),
		green: () => send(hub.url, greenJob),
	};
	try {
		await hub.bring(20);
		await work.ignored();
		await work.green();
		await send(floor.url, failureOf);
		const idle = await cpuWhile(hub, () => sleep(IDLE_MS));
		const hmac: number[] = [];
		const rounds: Record<keyof typeof work, number[]> = { incident: [], ignored: [], green: [] };
		for (let round = 0; round < ROUNDS; round++) {
			hmac.push((await cpuWhile(floor, () => send(floor.url, failureOf))).us / DELIVERIES);
			for (const kind of ["incident", "ignored", "green"] as const) {
				const busy = await cpuWhile(hub, work[kind]);
				const times = kind === "incident" ? INCIDENTS : DELIVERIES;
				rounds[kind].push((busy.us - (busy.ms / idle.ms) * idle.us) / times);
			}
		}
		return figuresOf(median(hmac), rounds, (idle.us / idle.ms) * 1000);
	} finally {
		await hub.stop();
		await floor.stop();
		await rm(home, { recursive: true, force: true });
	}
}

function figuresOf(
	hmac_us: number,
	rounds: Readonly<Record<"incident" | "ignored" | "green", readonly number[]>>,
	idle_us_per_second: number,
): DeliveryFigures {
	const incident_us = median(rounds.incident);
	const ignored_us = median(rounds.ignored);
	const green_us = median(rounds.green);
	const ratio = {
		incident_to_hmac: incident_us / hmac_us,
		ignored_to_hmac: ignored_us / hmac_us,
		green_to_ignored: green_us / ignored_us,
	};
	return { incident_us, ignored_us, green_us, hmac_us, ratio, idle_us_per_second };
}

async function cpuWhile(process: Measured, work: () => Promise<unknown>): Promise<{ us: number; ms: number }> {
	const [cpu, began] = [process.cpu(), performance.now()];
	await work();
	return { us: process.cpu() - cpu, ms: performance.now() - began };
}
