import { expect } from "vitest";
import { eventually } from "./eventually.ts";
import { type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";
import { hubPid, runtimesOf } from "./hub-runtime.ts";
import { startTraffic } from "./traffic.ts";

export interface StartsUnderTraffic {
	/** Without traffic, in the same run. */
	readonly quietMs: readonly number[];
	readonly busyMs: readonly number[];
	/** From SIGTERM to the end, under traffic. */
	readonly stopMs: number;
}

/**
 * Starts a hub repeatedly while 24 clients deliver, kills it with -9 in between, alternating between the whole group
 * and only its Node, and stops the last one with SIGTERM. Every start must be ready within three times the time without
 * traffic.
 */
export async function startUnderTraffic(times: number): Promise<StartsUnderTraffic> {
	const home = await makeHome();
	let hub: HubProcess | undefined;
	async function start(): Promise<number> {
		const before = performance.now();
		hub = await startReadyHub(home);
		return performance.now() - before;
	}
	try {
		const quietMs: number[] = [];
		for (let turn = 0; turn < 3; turn++) {
			quietMs.push(await start());
			await kill(home, hub, turn);
		}
		const traffic = startTraffic(home);
		const busyMs: number[] = [];
		try {
			for (let turn = 0; turn < times; turn++) {
				busyMs.push(await start());
				expect(busyMs.at(-1), `start ${turn + 1}`).toBeLessThan(3 * Math.max(...quietMs));
				const taken = traffic.statuses[202] ?? 0;
				await eventually(() => (traffic.statuses[202] ?? 0) > taken, "a delivery that is taken");
				if (turn < times - 1) await kill(home, hub, turn);
			}
			const before = performance.now();
			// Only to the hub: everything else must end with it.
			process.kill(hubPid(home), "SIGTERM");
			expect(await hub?.ended()).toBe(0);
			const stopMs = performance.now() - before;
			await eventually(() => runtimesOf(home).length === 0, "the runtime's end", 10_000 - stopMs);
			return { quietMs, busyMs, stopMs };
		} finally {
			await traffic.stop();
		}
	} finally {
		hub?.signalGroup("SIGKILL");
	}
}

/** The whole group, or only the hub's Node: then its runtime must end, too. */
async function kill(home: Home, hub: HubProcess | undefined, turn: number): Promise<void> {
	if (turn % 2 === 0) hub?.signalGroup("SIGKILL");
	else process.kill(hubPid(home), "SIGKILL");
	await hub?.ended();
	await eventually(() => runtimesOf(home).length === 0, "the runtime's end", 10_000);
}
