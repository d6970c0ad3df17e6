/**
 * What a condition came to. Unknown means that a path it needs is missing, or that it could not be evaluated:
 * a filter refuses only on false, a match counts only on true (DESIGN section 4).
 */
export type Verdict = "true" | "false" | "unknown";

/** One condition and what decided it; a tree where `and`, `or` and `$not` combine several. */
export interface Clause {
	readonly text: string;
	readonly verdict: Verdict;
	/** The values it looked at, cut to a readable length. */
	readonly values?: Readonly<Record<string, unknown>>;
	/** Paths it needed that are not there. */
	readonly missing?: readonly string[];
	/** Why it could not be evaluated, or gave something else than true or false. */
	readonly error?: string;
	readonly clauses?: readonly Clause[];
}

export const STAGES = ["events", "filters", "lifecycle", "context", "classify", "route", "dedup", "spawn"] as const;
export type Stage = (typeof STAGES)[number];

/** One rule that was looked at. `clause` is absent for a rule without a condition: it always holds. */
export interface RuleVerdict {
	readonly rule: string;
	readonly verdict: Verdict;
	readonly clause?: Clause;
}

/** What one stage did, rule by rule, in the order it looked. `outcome` is one sentence for people. */
export interface StageExplanation {
	readonly stage: Stage;
	/** `first`: at ingest, from the delivery alone; `again`: after the context was gathered. */
	readonly round: "first" | "again";
	readonly rules: readonly RuleVerdict[];
	readonly outcome: string;
}

/** Why an incident was, or was not, acted upon. Stored with it, and the same for `healer explain`. */
export interface Explanation {
	/** The pipeline's version that decided. */
	readonly pipeline: string;
	readonly stages: readonly StageExplanation[];
}
