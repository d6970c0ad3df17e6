import type { Figures, Target } from "./shapes.ts";

const FIFTEEN_MINUTES_S = 15 * 60;

/** The figures of everything against what Healer is to reach; while there is nothing to judge, nothing is met or missed. */
export function judgeTargets({ routing, duplicates, time_to_fix, fix_rate }: Figures): readonly Target[] {
	return [
		shareAbove("routing", 0.9, routing.rate),
		{
			name: "duplicates_prevented",
			unit: "share",
			target: 1,
			actual: duplicates.rate,
			met: duplicates.rate === null ? null : duplicates.rate === 1,
		},
		{
			name: "time_to_fix_p50",
			unit: "seconds",
			target: FIFTEEN_MINUTES_S,
			actual: time_to_fix.p50_s,
			met: time_to_fix.p50_s === null ? null : time_to_fix.p50_s < FIFTEEN_MINUTES_S,
		},
		shareAbove("fix_rate", 0.7, fix_rate),
	];
}

function shareAbove(name: "routing" | "fix_rate", target: number, actual: number | null): Target {
	return { name, unit: "share", target, actual, met: actual === null ? null : actual > target };
}
