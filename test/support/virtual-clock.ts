import type { Clock } from "../../relay/clock.ts";

/** A clock that moves only when a test moves it, or when code sleeps. */
export interface VirtualClock extends Clock {
	advance(ms: number): void;
	/** The time on another machine: `ms` ahead. */
	skewed(ms: number): Clock;
}

export function virtualClock(startedAt = Date.UTC(2026, 10, 22)): VirtualClock {
	let passed = 0;
	const clock: VirtualClock = {
		now: () => startedAt + passed,
		monotonic: () => passed,
		sleep: async (ms) => {
			passed += ms;
		},
		advance: (ms) => {
			passed += ms;
		},
		skewed: (ms) => ({ ...clock, now: () => clock.now() + ms }),
	};
	return clock;
}
