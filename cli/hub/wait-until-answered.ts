import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 30_000;

/** True once `url` answers 200; false if it does not within half a minute. */
export async function waitUntilAnswered(url: string, patienceMs = PATIENCE_MS): Promise<boolean> {
	const deadline = performance.now() + patienceMs;
	while (performance.now() < deadline) {
		if (await isAnswered(url)) return true;
		await sleep(50);
	}
	return false;
}

/** Whether `url` answers 200 within five seconds. */
export async function isAnswered(url: string): Promise<boolean> {
	const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
	await response?.body?.cancel();
	return response?.status === 200;
}
