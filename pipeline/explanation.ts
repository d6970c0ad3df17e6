import type { Because } from "./because.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { WhoseVerdict } from "./whose-failure.ts";

/**
 * The result of a condition. Unknown: a path it needs is missing, or it could not be evaluated. A filter refuses only
 * on false, and a match counts only on true (docs/pipeline.md#three-verdicts).
 */
export type Verdict = "true" | "false" | "unknown";

/** One condition and what decided it; a tree where `and`, `or` and `$not` combine several. */
export interface Clause {
	readonly text: string;
	readonly verdict: Verdict;
	/** The values it read, cut to a readable length. */
	readonly values?: Readonly<Record<string, unknown>>;
	/** Paths it needed that are missing. */
	readonly missing?: readonly string[];
	/** Why it could not be evaluated, or why its value is neither true nor false. */
	readonly error?: string;
	readonly clauses?: readonly Clause[];
}

export const STAGES = [
	"events",
	"filters",
	"lifecycle",
	"context",
	"classify",
	"route",
	"rerun",
	"autonomy",
	"dedup",
	"spawn",
] as const;
export type Stage = (typeof STAGES)[number];

/** The verdict on one rule. `clause` is absent for a rule without a condition, which always holds. */
export interface RuleVerdict {
	readonly rule: string;
	readonly verdict: Verdict;
	readonly clause?: Clause;
}

/** What one stage did, in the order of its rules. `outcome` is one sentence for people. */
export interface StageExplanation {
	readonly stage: Stage;
	/** `first`: at ingest, from the delivery alone. `again`: after the context was gathered. */
	readonly round: "first" | "again";
	readonly rules: readonly RuleVerdict[];
	readonly outcome: string;
}

/** Why an incident was or was not acted upon. Stored with the incident; `healer explain` prints the same. */
export interface Explanation {
	/** The version of the pipeline that decided. */
	readonly pipeline: string;
	/** Why the agent of the latest decision was chosen; absent before one, and in those of earlier versions. */
	readonly because?: Because;
	/** What identifies the cause; null where nothing does. Absent as `because` is. */
	readonly fingerprint?: Fingerprint | null;
	/** Whose failure a pull request's red check is; absent for any other incident, and before a decision. */
	readonly whose_failure?: WhoseVerdict;
	readonly stages: readonly StageExplanation[];
}
