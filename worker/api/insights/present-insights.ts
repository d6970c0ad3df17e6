import { DAY_MS } from "../../../wire/durations.ts";
import type { Counted, Counts } from "./figures.ts";
import { judgeTargets, share } from "./judge-targets.ts";
import type { Dimension, Figures, GroupFigures, Insights, Suggestion } from "./shapes.ts";

const MOST_GROUPS = 100;

const NOTHING = {
	right: 0,
	corrected: 0,
	prevented: 0,
	made: 0,
	in_time: 0,
	timed: 0,
	p50_s: null,
	fixed: 0,
	remediations: 0,
} as const;

/** The counts as the API shows them: missing counts are 0, and rates of nothing are null. */
export function presentInsights(
	{ since, repository }: Counted,
	counts: readonly Counts[],
	suggestions: readonly Suggestion[],
): Insights {
	const total = counts.find(({ dimension }) => dimension === "total");
	return {
		since: new Date(since).toISOString(),
		repository,
		targets: judgeTargets({ ...NOTHING, ...total }),
		total: figuresOf(total),
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
		agent_time: {
			total_s: of("agent_s"),
			per_fix_s: of("fixed") === 0 || of("agent_timed") === 0 ? null : Math.round(of("agent_s") / of("fixed")),
			of: of("agent_timed"),
		},
		flaky: of("flaky"),
	};
}
