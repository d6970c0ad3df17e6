import { DURATION } from "./file-leaves.ts";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Converts a duration (`90s`, `10m`, `2h`, `1d`) to seconds; undefined for any other text. */
export function seconds(written: string): number | undefined {
	const [, count, unit = ""] = DURATION.exec(written) ?? [];
	const factor = SECONDS[unit];
	return count === undefined || factor === undefined ? undefined : Number(count) * factor;
}
