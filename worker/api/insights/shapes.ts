import type { SuggestedRoute } from "./suggest-route.ts";

/*
 * The answer of `GET /api/insights`, as types only: the worker builds it, the page and the CLI read it. docs/insights.md
 * defines each figure. Durations are whole seconds, rates are from 0 to 1, and null if there is nothing to divide by.
 */

export interface Insights {
	/** ISO 8601. Incidents whose first delivery arrived then or later are counted. */
	readonly since: string;
	/** Null: all of them. */
	readonly repository: string | null;
	/** Always these four, in this order. */
	readonly targets: readonly Target[];
	readonly total: Figures;
	/** Newest or largest first; at most 100 of each, but every day (UTC) with an incident. */
	readonly by: Readonly<Record<Dimension, readonly GroupFigures[]>>;
	/** The rule that was wrong most often first; at most five. */
	readonly suggestions: readonly Suggestion[];
}

export const DIMENSIONS = ["agent", "failure_type", "rule", "repository", "day"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** A target and the actual value: `met` is null without data. */
export interface Target {
	readonly name: "routing" | "duplicates_prevented" | "time_to_fix_p50" | "fix_rate";
	readonly unit: "share" | "seconds";
	/** `actual` has to be above it; for seconds, below it. Duplicates prevented have to reach it. */
	readonly target: number;
	readonly actual: number | null;
	readonly met: boolean | null;
	/** The counts of `actual`: so many `of` so many were right, prevented, fixed within the target, fixed. */
	readonly count: number;
	readonly of: number;
}

export interface Figures {
	readonly incidents: number;
	/** CodeRuns that were seen. */
	readonly attempts: number;
	/** Incidents that ended after at least one attempt. */
	readonly remediations: number;
	/** How many of those an agent fixed. */
	readonly fixed: number;
	readonly fix_rate: number | null;
	/** From the first delivery to fixed, of `of` remediations. */
	readonly time_to_fix: { readonly p50_s: number | null; readonly p90_s: number | null; readonly of: number };
	/** `made`: CodeRuns for a run that had one already. */
	readonly duplicates: { readonly prevented: number; readonly made: number; readonly rate: number | null };
	/** Of the fixed ones: by the agent chosen first, or by another one after it. Corrected too: those that a person gave away. */
	readonly routing: { readonly right: number; readonly corrected: number; readonly rate: number | null };
	/**
	 * How long the CodeRuns took, `of` so many of which that is known, failed ones included; `per_fix_s`: divided by `fixed`, null
	 * without a fix.
	 */
	readonly agent_time: { readonly total_s: number; readonly per_fix_s: number | null; readonly of: number };
	/** Incidents that passed in a rerun. */
	readonly flaky: number;
}

/** `value` is the agent's name, the day (`2026-11-22`) and so on. */
export interface GroupFigures extends Figures {
	readonly value: string;
}

/** A rule whose agent was followed by another one that fixed it, or that a person corrected. */
export interface Suggestion {
	readonly rule: string;
	readonly agent: string;
	/** The agent that fixed it instead, or that the person named. */
	readonly instead: string;
	/** Remediations for which the rule chose this agent, and how many of them any agent fixed. */
	readonly chosen: number;
	readonly fixed: number;
	/** How many `instead` fixed, or got by a person's word. */
	readonly wrong: number;
	/** How many of those no agent fixed: only the person's word says who is right. */
	readonly by_person: number;
	/** The failure type for which `instead` was right in most cases, if there is one. */
	readonly failure_type: string | null;
	/** The rule to insert before it under `route`; null if failure type, workflow and repository do not tell them apart. */
	readonly route: SuggestedRoute | null;
	/** At most five of the incidents, newest first. */
	readonly incidents: readonly string[];
	/** One sentence for people. */
	readonly text: string;
}
