import type { RuleVerdict, StageExplanation } from "../explanation.ts";
import type { Scope } from "../expression/facts.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { judgeRule } from "./rule-verdicts.ts";

/**
 * Applies the filters in order until one refuses. A filter refuses only on false: unknown passes
 * (docs/pipeline.md#three-verdicts).
 */
export async function applyFilters(
	{ filters }: Pipeline,
	scope: Scope,
	round: StageExplanation["round"],
): Promise<{ readonly refusedBy: string | undefined; readonly explanation: StageExplanation }> {
	const rules: RuleVerdict[] = [];
	for (const { name, keep } of filters) {
		const rule = await judgeRule(name, keep, scope);
		rules.push(rule);
		if (rule.verdict === "false") {
			return { refusedBy: name, explanation: { stage: "filters", round, rules, outcome: `refused by ${name}` } };
		}
	}
	const unknown = rules.filter(({ verdict }) => verdict === "unknown").map(({ rule }) => rule);
	const outcome = unknown.length === 0 ? "kept" : `kept; not known yet: ${unknown.join(", ")}`;
	return { refusedBy: undefined, explanation: { stage: "filters", round, rules, outcome } };
}
