/** The worker's clock. Nothing else in `worker/` reads the time, so that tests can control it. */
export const systemClock = {
	/** Milliseconds since 1970. */
	now: (): number => Date.now(),
	sleep: (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
};
