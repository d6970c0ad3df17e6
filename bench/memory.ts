import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { deliver, failureOf, fromClients, startHub, successOf } from "./local-hub.ts";
import { treeBytes } from "./process-tree.ts";

/** Resident memory of all processes of a local hub, in MB. */
export interface MemoryFigures {
	readonly after_5000_mb: number;
	readonly after_20000_mb: number;
	readonly ratio: number;
}

const FIRST = 5_000;
const ALL = 20_000;
/** Of these one fails, and becomes an incident with a CodeRun; the others report success. */
const FAILURE_EVERY = 20;
// The collectors of Node and of workerd run when there is time.
const REST_MS = 5_000;

/** What a hub holds after many deliveries, beside what it held after fewer: it must not grow with their number. */
export async function measureMemory(): Promise<MemoryFigures> {
	if (process.platform !== "linux") throw new Error("bench memory reads the hub's memory from /proc: run it on Linux");
	const home = await mkdtemp(path.join(tmpdir(), "healer-bench-"));
	const hub = await startHub(home);
	const deliverUntil = async (from: number, to: number) => {
		await fromClients(to - from, async (n) => {
			const number = from + n + 1;
			await deliver(hub.url, number % FAILURE_EVERY === 0 ? failureOf(number) : successOf(number));
		});
		await hub.settled(Math.floor(to / FAILURE_EVERY));
		await sleep(REST_MS);
		return treeBytes(hub.pid) / 1_000_000;
	};
	try {
		const after_5000_mb = await deliverUntil(0, FIRST);
		const after_20000_mb = await deliverUntil(FIRST, ALL);
		return { after_5000_mb, after_20000_mb, ratio: after_20000_mb / after_5000_mb };
	} finally {
		await hub.stop();
		await rm(home, { recursive: true, force: true });
	}
}

/** Prints both, with `row` of the benchmarks' table. */
export function printMemory(figures: MemoryFigures, row: (name: string, value: string, beside: string) => void): void {
	row("the hub's memory after 20,000 deliveries / 5,000", figures.ratio.toFixed(2), "at most 1.1");
	row("  resident", `${figures.after_20000_mb.toFixed(0)} MB`, `after 5,000: ${figures.after_5000_mb.toFixed(0)} MB`);
}
