import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 30_000;

/** True once `url` gives 200; false when it does not in half a minute. */
export async function waitUntilAnswered(url: string): Promise<boolean> {
	for (let waited = 0; waited < PATIENCE_MS; waited += 50) {
		const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
		await response?.body?.cancel();
		if (response?.status === 200) return true;
		await sleep(50);
	}
	return false;
}
