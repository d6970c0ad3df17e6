/** The worker's time. Nothing else in `worker/` asks for it, so that tests can move it. */
export const systemClock = {
	/** Milliseconds since 1970. */
	now: (): number => Date.now(),
	sleep: (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
};
