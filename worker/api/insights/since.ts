import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../wire/durations.ts";

const UNITS_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
const LONGEST_MS = 366 * DAY_MS;

/**
 * The start of `since`, in milliseconds: `90m`, `24h`, `7d` (at most 366 days) before now, or an ISO 8601 time. Rounded down
 * to a minute, so that a repeated request gets the same answer. Undefined if it is neither.
 */
export function sinceWhen(since: string, now: number): number | undefined {
	const at = /^\d{4}-\d\d-\d\d/.test(since) ? Date.parse(since) : now - (length(since) ?? Number.NaN);
	return Number.isNaN(at) ? undefined : Math.max(0, Math.floor(at / MINUTE_MS) * MINUTE_MS);
}

function length(written: string): number | undefined {
	const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(written) ?? [];
	const ms = Number(count) * (UNITS_MS[unit] ?? Number.NaN);
	return ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}
