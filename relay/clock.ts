/** The relay's clock, passed as an argument so that tests can control it. All times are in milliseconds. */
export interface Clock {
	/** Since the Unix epoch; may jump. */
	now(): number;
	/** Since an arbitrary start; never jumps. Used for the ages of held claims. */
	monotonic(): number;
	sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
