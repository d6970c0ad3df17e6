import { setTimeout as sleep } from "node:timers/promises";

/** Polls until `condition` is true, for at most `withinMs`; fails with a description of what it waited for. */
export async function eventually(
	condition: () => boolean | Promise<boolean>,
	what: string | (() => string),
	withinMs = 60_000,
): Promise<void> {
	const deadline = performance.now() + withinMs;
	while (!(await condition())) {
		if (performance.now() > deadline) {
			throw new Error(`not within ${withinMs} ms: ${typeof what === "string" ? what : what()}`);
		}
		await sleep(25);
	}
}
