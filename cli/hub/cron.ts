import { setTimeout as sleep } from "node:timers/promises";

/**
 * Fires the worker's cron, which the local runtime does not do by itself. Starts at once, since the sweep after a
 * restart finds unfinished work, and then runs far more often than the minute of a deployed Worker, so that retries are
 * prompt.
 */
const EVERY_MS = 3_000;

/** Returns a function that stops it and aborts the current run: one that hangs must not keep the hub alive. */
export function startCron(
	fire: (signal: AbortSignal) => Promise<void>,
	onError: (error: unknown) => void,
): () => Promise<void> {
	const stop = new AbortController();
	const running = (async () => {
		while (!stop.signal.aborted) {
			await fire(stop.signal).catch((error: unknown) => stop.signal.aborted || onError(error));
			await sleep(EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
		}
	})();
	return () => {
		stop.abort();
		return running;
	};
}
