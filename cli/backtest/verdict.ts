import type { Decision } from "../../pipeline/index.ts";

/** A pipeline's decision about a failure. Null fields: a filter refuses it. */
export interface Verdict {
	readonly agent: string | null;
	readonly failure_type: string | null;
	/** The route rule, or the filter that refuses. */
	readonly rule: string | null;
}

export function verdictOf(decision: Decision): Verdict {
	return decision.outcome === "filtered"
		? { agent: null, failure_type: null, rule: decision.filter }
		: { agent: decision.agent, failure_type: decision.failure_type, rule: decision.rule };
}

/** What differs between two decisions; a rule may be renamed without any effect. */
export type Difference = "none" | "rule" | "type" | "agent" | "skipped" | "not skipped any more";

export function differenceOf(before: Verdict, after: Verdict): Difference {
	if (before.agent !== after.agent) {
		if (after.agent === null) return "skipped";
		return before.agent === null ? "not skipped any more" : "agent";
	}
	if (before.failure_type !== after.failure_type) return "type";
	return before.rule === after.rule ? "none" : "rule";
}

/** Whether the decision changed: the same agent and failure type count as unchanged, whatever the rule. */
export function isChange({ difference }: Compared): boolean {
	return difference !== "none" && difference !== "rule";
}

/** One failure with the old and the new decision. */
export interface Compared {
	readonly id: string;
	/** Where it happened, for people. */
	readonly where: string;
	readonly before: Verdict;
	readonly after: Verdict;
	readonly difference: Difference;
	/** Changed entries of the policy that have to do with it, such as `tools.clippy`. Absent where it is not known what changed. */
	readonly changed_by?: readonly string[];
	/** The incident's status; absent for cases from files. */
	readonly status?: string;
}

/** The same failure with another old decision. */
export function comparedWith(before: Verdict, compared: Compared): Compared {
	return { ...compared, before, difference: differenceOf(before, compared.after) };
}
