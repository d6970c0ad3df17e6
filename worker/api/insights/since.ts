const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3600_000, d: 86_400_000 };
const LONGEST_MS = 366 * 86_400_000;

/**
 * The start of `since`, in milliseconds: `90m`, `24h`, `7d` (at most 366 days) before now, or an ISO 8601 time. Rounded down
 * to a minute, so that a repeated request gets the same answer. Undefined if it is neither.
 */
export function sinceWhen(since: string, now: number): number | undefined {
	const at = /^\d{4}-\d\d-\d\d/.test(since) ? Date.parse(since) : now - (length(since) ?? Number.NaN);
	return Number.isNaN(at) ? undefined : Math.max(0, Math.floor(at / 60_000) * 60_000);
}

function length(written: string): number | undefined {
	const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(written) ?? [];
	const ms = Number(count) * (UNITS_MS[unit] ?? Number.NaN);
	return ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}
