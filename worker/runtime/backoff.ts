const LONGEST_S = 60;

/**
 * How long to wait after `tries` failures in a row, in milliseconds: 1 s, 2 s, 4 s ... up to 60 s or `longest_s`, plus or
 * minus a quarter. `random` is in [0, 1) and spreads incidents that failed together.
 */
export function backoffMs(tries: number, random: number, longest_s = LONGEST_S): number {
	const seconds = Math.min(longest_s, 2 ** Math.min(tries, 10));
	return Math.round(seconds * 1000 * (0.75 + random / 2));
}
