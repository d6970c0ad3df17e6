const LONGEST_PAUSE_MS = 60_000;

/** The pause after so many failures in a row, in milliseconds: 1 s, 2 s, 4 s, at most a minute. */
export function pauseAfter(failures: number): number {
	return Math.min(1_000 * 2 ** (failures - 1), LONGEST_PAUSE_MS);
}
