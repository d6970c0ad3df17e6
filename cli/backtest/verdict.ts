import type { Decision } from "../../pipeline/index.ts";

/** What a pipeline makes of a failure. Null when a filter refuses it. */
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

/** What is another one now; the rule alone may be renamed without any effect. */
export type Difference = "none" | "rule" | "type" | "agent" | "skipped" | "not skipped any more";

export function differenceOf(before: Verdict, after: Verdict): Difference {
	if (before.agent !== after.agent) {
		if (after.agent === null) return "skipped";
		return before.agent === null ? "not skipped any more" : "agent";
	}
	if (before.failure_type !== after.failure_type) return "type";
	return before.rule === after.rule ? "none" : "rule";
}

/** Whether another decision came of it: by whichever rule, the same agent and failure type are the same. */
export function isChange({ difference }: Compared): boolean {
	return difference !== "none" && difference !== "rule";
}

/** One failure, as it was decided and as it would be. */
export interface Compared {
	readonly id: string;
	/** Where it happened, for people. */
	readonly where: string;
	readonly before: Verdict;
	readonly after: Verdict;
	readonly difference: Difference;
	/** What came of the decision that was made; absent where it was only tried. */
	readonly status?: string;
}
