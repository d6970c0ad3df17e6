import { DAY_MS } from "../../../wire/durations.ts";
import type { Counted, Counts } from "./figures.ts";
import type { Dimension, Figures, GroupFigures, Insights, Suggestion, Target } from "./shapes.ts";

const MOST_GROUPS = 100;

/** The counts as the API shows them: missing counts are 0, and rates of nothing are null. */
export function presentInsights(
	{ since, repository }: Counted,
	counts: readonly Counts[],
	suggestions: readonly Suggestion[],
): Insights {
	const total = figuresOf(counts.find(({ dimension }) => dimension === "total"));
	return {
		since: new Date(since).toISOString(),
		repository,
		targets: judgeTargets(total),
		total,
		by: {
			agent: groupsOf(counts, "agent"),
			failure_type: groupsOf(counts, "failure_type"),
			rule: groupsOf(counts, "rule"),
			repository: groupsOf(counts, "repository"),
			day: groupsOf(counts, "day"),
		},
		suggestions,
	};
}

function groupsOf(counts: readonly Counts[], name: Dimension): readonly GroupFigures[] {
	const rows = counts.filter(({ dimension }) => dimension === name);
	if (name === "day") {
		const newestFirst = rows.toSorted((one, other) => Number(other.value) - Number(one.value));
		return newestFirst.map((row) => ({ value: dayOf(row.value), ...figuresOf(row) }));
	}
	const size = ({ incidents, attempts }: Counts) => incidents + attempts;
	const largestFirst = rows.toSorted(
		(one, other) => size(other) - size(one) || (String(one.value) < String(other.value) ? -1 : 1),
	);
	return largestFirst.slice(0, MOST_GROUPS).map((row) => ({ value: String(row.value), ...figuresOf(row) }));
}

/** Days are counted since 1970. */
function dayOf(value: Counts["value"]): string {
	return new Date(Number(value) * DAY_MS).toISOString().slice(0, 10);
}

function figuresOf(row: Counts | undefined): Figures {
	const of = (name: keyof Counts) => Number(row?.[name] ?? 0);
	return {
		incidents: of("incidents"),
		attempts: of("attempts"),
		remediations: of("remediations"),
		fixed: of("fixed"),
		fix_rate: share(of("fixed"), of("remediations")),
		time_to_fix: { p50_s: row?.p50_s ?? null, p90_s: row?.p90_s ?? null, of: of("timed") },
		duplicates: {
			prevented: of("prevented"),
			made: of("made"),
			rate: share(of("prevented"), of("prevented") + of("made")),
		},
		routing: {
			right: of("right"),
			corrected: of("corrected"),
			rate: share(of("right"), of("right") + of("corrected")),
		},
		flaky: of("flaky"),
	};
}

/** To four decimal places. Never rounded up to 1, which means all of them. */
function share(part: number, whole: number): number | null {
	if (whole === 0) return null;
	return part === whole ? 1 : Math.min(0.9999, Math.round((part / whole) * 10_000) / 10_000);
}

const FIFTEEN_MINUTES_S = 15 * 60;

/** The totals against Healer's targets; without data, a target is neither met nor missed. */
function judgeTargets({ routing, duplicates, time_to_fix, fix_rate }: Figures): readonly Target[] {
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
