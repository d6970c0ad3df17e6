import { watchWrapper } from "./parent-watch.ts";

/** Resolves with the reason when the hub is asked to stop: Ctrl-C, SIGTERM, SIGHUP, or its npm is gone. */
export interface StopSignal {
	readonly asked: Promise<string>;
	isAsked(): boolean;
}

/** Later signals change nothing: Ctrl-C reaches the hub twice when an older Node started it. */
export function listenForStop(env: Readonly<Record<string, string | undefined>>): StopSignal {
	const { promise, resolve } = Promise.withResolvers<string>();
	let isAsked = false;
	function ask(reason: string): void {
		isAsked = true;
		resolve(reason);
	}
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => ask(signal));
	watchWrapper(env, () => ask("the npm that started it is gone"));
	return { asked: promise, isAsked: () => isAsked };
}

/** `bin.js` waits one second longer, for a hub that does not even get here. */
const END_WITHIN_MS = 8_000;

/**
 * Kills this process with SIGKILL if it still runs eight seconds after it was asked to stop; the runtime ends with it
 * (`runtime.sh`).
 */
export function killIfStuck(stop: StopSignal, onLate: () => void): void {
	void stop.asked.then(() =>
		setTimeout(() => {
			onLate();
			process.kill(process.pid, "SIGKILL");
		}, END_WITHIN_MS).unref(),
	);
}
