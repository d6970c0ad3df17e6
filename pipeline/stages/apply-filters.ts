import type { RuleVerdict, StageExplanation } from "../explanation.ts";
import type { Scope } from "../expression/facts.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { judgeRule } from "./rule-verdicts.ts";

/** Asks the filters in order until one refuses. One refuses on false alone: what is unknown passes (DESIGN section 4). */
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
