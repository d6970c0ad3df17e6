import { type Counts, IN_TIME_S } from "./figures.ts";
import type { Target } from "./shapes.ts";

type Judged = Pick<
	Counts,
	"right" | "corrected" | "prevented" | "made" | "in_time" | "timed" | "p50_s" | "fixed" | "remediations"
>;

/** The totals against Healer's targets, from the counts themselves. Without data, a target is neither met nor missed. */
export function judgeTargets({
	right,
	corrected,
	prevented,
	made,
	in_time,
	timed,
	p50_s,
	...of
}: Judged): readonly Target[] {
	return [
		above("routing", 90, right, right + corrected),
		{
			...shareOf("duplicates_prevented", 100, prevented, prevented + made),
			met: prevented + made === 0 ? null : made === 0,
		},
		{
			name: "time_to_fix_p50",
			unit: "seconds",
			target: IN_TIME_S,
			actual: p50_s,
			met: p50_s === null ? null : p50_s < IN_TIME_S,
			count: in_time,
			of: timed,
		},
		above("fix_rate", 70, of.fixed, of.remediations),
	];
}

function above(name: "routing" | "fix_rate", percent: number, count: number, of: number): Target {
	// In whole numbers: a rounded share of 0.9 may be more than nine of ten.
	return { ...shareOf(name, percent, count, of), met: of === 0 ? null : count * 100 > of * percent };
}

function shareOf(name: Target["name"], percent: number, count: number, of: number): Omit<Target, "met"> {
	return { name, unit: "share", target: percent / 100, actual: share(count, of), count, of };
}

/** To four decimal places. Never rounded up to 1, which means all of them. */
export function share(part: number, whole: number): number | null {
	if (whole === 0) return null;
	return part === whole ? 1 : Math.min(0.9999, Math.round((part / whole) * 10_000) / 10_000);
}
