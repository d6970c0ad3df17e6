import * as z from "zod";

/** `30s`, `10m`, `2h`, `1d`: a whole number and one unit. */
export const DURATION = /^(0|[1-9]\d{0,8})(s|m|h|d)$/;

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Marks a number as a duration, for the types of `keys`. */
export type Seconds = number & z.$brand<"seconds">;

const toSeconds = z.transform((written: string) => seconds(written) as Seconds);

/** The shortest and longest duration, as written, and the sentence for others. */
export interface Limits {
	readonly least: string;
	readonly most: string;
	readonly why: string;
}

/** A duration as a whole number and a unit; its value is in seconds. `keys` adds `_s` to its name. */
export function duration(description: string, limits?: Limits) {
	const written = z
		.string()
		.regex(DURATION, "a duration is a whole number with s, m, h or d, such as 30s, 10m, 2h or 1d")
		.describe(description)
		.pipe(toSeconds);
	return limits === undefined ? written : written.refine((length) => isWithin(length, limits), limits.why);
}

export function isWithin(length: number, { least, most }: Limits): boolean {
	return length >= seconds(least) && length <= seconds(most);
}

/** Whether `duration` made the schema. */
export function isDuration(schema: unknown): boolean {
	return schema instanceof z.ZodPipe && schema.out === toSeconds;
}

/** Converts a duration (`90s`, `10m`, `2h`, `1d`) to seconds. Throws for any other text. */
export function seconds(written: string): number {
	const [, count, unit = ""] = DURATION.exec(written) ?? [];
	const factor = UNITS[unit];
	if (count === undefined || factor === undefined) throw new Error(`Not a duration: ${written}`);
	return Number(count) * factor;
}

/** The shortest text that `seconds` reads as this: `10m` for 600, `90s` for 90. */
export function writtenDuration(length: number): string {
	const units = Object.entries(UNITS).toSorted(([, a], [, b]) => b - a);
	const [unit, factor] = units.find(([, size]) => length > 0 && length % size === 0) ?? ["s", 1];
	return `${length / factor}${unit}`;
}
