/** Time as the relay sees it: an argument, so that tests can bend it. All in milliseconds. */
export interface Clock {
	/** Since the Unix epoch; may jump. */
	now(): number;
	/** Since some start; never jumps. Ages of claims in hand are measured with it. */
	monotonic(): number;
	sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
