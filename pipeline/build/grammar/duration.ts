import { DURATION } from "./file-leaves.ts";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration as written (`90s`, `10m`, `2h`, `1d`); undefined when it is none. */
export function seconds(written: string): number | undefined {
	const [, count, unit = ""] = DURATION.exec(written) ?? [];
	const factor = SECONDS[unit];
	return count === undefined || factor === undefined ? undefined : Number(count) * factor;
}
