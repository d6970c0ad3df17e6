import { DAY_MS } from "../../wire/durations.ts";
import type { GroupFigures } from "../../worker/api/insights/shapes.ts";

export interface Day {
	/** UTC: `2026-11-22`. */
	readonly day: string;
	readonly incidents: number;
	readonly fixed: number;
}

/** Every day from `since` to `until` (ISO 8601), including days without incidents. */
export function everyDay(days: readonly GroupFigures[], since: string, until: string): readonly Day[] {
	const known = new Map(days.map((day) => [day.value, day]));
	const first = Date.parse(since.slice(0, 10));
	const count = Math.floor((Date.parse(until) - first) / DAY_MS) + 1;
	return Array.from({ length: Math.max(1, count) }, (_, n) => {
		const day = new Date(first + n * DAY_MS).toISOString().slice(0, 10);
		return { day, incidents: known.get(day)?.incidents ?? 0, fixed: known.get(day)?.fixed ?? 0 };
	});
}
