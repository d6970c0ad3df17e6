import { MINUTE_MS } from "./durations.ts";

/** How a pause grows with each failure. */
export interface Backoff {
	readonly firstMs?: number;
	readonly longestMs?: number;
	/** How many times as long each pause is as the one before. */
	readonly factor?: number;
	/** In [0, 1): lengthens or shortens the pause by up to a quarter, so that what failed together is not retried together. */
	readonly random?: number;
}

/** The next pause after so many in a row, in milliseconds: 1 s, 2 s, 4 s ... a minute, unless given otherwise. */
export function backoffMs(
	earlier: number,
	{ firstMs = 1_000, longestMs = MINUTE_MS, factor = 2, random = 0.5 }: Backoff = {},
): number {
	const pauseMs = Math.min(longestMs, firstMs * factor ** earlier);
	return Math.round(pauseMs * (0.75 + random / 2));
}
