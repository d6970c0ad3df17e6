import { vi } from "vitest";

const realTimeout = globalThis.setTimeout;

/** Lets what is under way in the runtime itself, which has no fake time, go on. */
export function realTick(ms = 1): Promise<void> {
	return new Promise((resolve) => realTimeout(resolve, ms));
}

/**
 * Does the work while timers and clock run a hundred times as fast as they are. Only for work on a journal that does not
 * answer: one that does would seem slow.
 */
export async function whileTimeFlies<T>(work: () => Promise<T>): Promise<T> {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
	try {
		let isOver = false;
		const done = work().finally(() => {
			isOver = true;
		});
		while (!isOver) {
			await realTick();
			await vi.advanceTimersByTimeAsync(100);
		}
		return await done;
	} finally {
		vi.useRealTimers();
	}
}
