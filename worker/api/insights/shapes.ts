/*
 * What `GET /api/insights` answers with, as types alone: the worker builds it, the page and the command line read it.
 * docs/insights.md says exactly what each figure counts. Lengths of time are whole seconds, rates are from 0 to 1, and
 * null where there is nothing to divide by.
 */

export interface Insights {
	/** ISO 8601. Counted are incidents whose first delivery came then or later. */
	readonly since: string;
	/** Null: all of them. */
	readonly repository: string | null;
	/** Always these four, in this order. */
	readonly targets: readonly Target[];
	readonly total: Figures;
	/** Each newest or largest first; at most 100 of each, but every day (UTC) on which there was an incident. */
	readonly by: Readonly<Record<Dimension, readonly GroupFigures[]>>;
	/** The rule that was most often wrong first; at most five. */
	readonly suggestions: readonly Suggestion[];
}

export const DIMENSIONS = ["agent", "failure_type", "rule", "repository", "day"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** A target, and what there is: `met` is null while there is nothing to judge. */
export interface Target {
	readonly name: "routing" | "duplicates_prevented" | "time_to_fix_p50" | "fix_rate";
	readonly unit: "share" | "seconds";
	/** What it has to be above; or below, for seconds. Duplicates prevented has to reach it. */
	readonly target: number;
	readonly actual: number | null;
	readonly met: boolean | null;
}

export interface Figures {
	readonly incidents: number;
	/** CodeRuns that were seen. */
	readonly attempts: number;
	/** Incidents that came to their end after at least one attempt. */
	readonly remediations: number;
	/** How many of those an agent fixed. */
	readonly fixed: number;
	readonly fix_rate: number | null;
	/** From the first delivery to fixed, of `of` remediations. */
	readonly time_to_fix: { readonly p50_s: number | null; readonly p90_s: number | null; readonly of: number };
	/** `made`: CodeRuns for a run that had one already. */
	readonly duplicates: { readonly prevented: number; readonly made: number; readonly rate: number | null };
	/** Of those that an agent fixed: by the one that was chosen first, or by another one after it. */
	readonly routing: { readonly right: number; readonly corrected: number; readonly rate: number | null };
	/** Incidents that went green by themselves. */
	readonly flaky: number;
}

/** `value` is the agent's name, the day (`2026-11-22`) and so on. */
export interface GroupFigures extends Figures {
	readonly value: string;
}

/** A rule that chose an agent after which another one fixed it. */
export interface Suggestion {
	readonly rule: string;
	readonly agent: string;
	/** Who fixed it instead. */
	readonly instead: string;
	/** Remediations for which the rule chose this agent, and how many of them any agent fixed. */
	readonly chosen: number;
	readonly fixed: number;
	/** How many of those `instead` fixed. */
	readonly wrong: number;
	/** The failure type for which `instead` was right more often than not, if there is one. */
	readonly failure_type: string | null;
	/** At most five of the incidents, the newest first. */
	readonly incidents: readonly string[];
	/** One sentence for people. */
	readonly text: string;
}
