import { ACT, type Autonomy } from "../autonomy.ts";
import type { Clause, RuleVerdict, StageExplanation } from "../explanation.ts";
import type { Scope } from "../expression/facts.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { judgeRule } from "./rule-verdicts.ts";

export interface JudgedAutonomy {
	readonly autonomy: Autonomy;
	/** Absent where the pipeline has no such rules. */
	readonly explanation?: StageExplanation;
}

/** For an approval that no rule with a time of its own asks for. */
const USUAL_S = 24 * 3600;

/**
 * How far the decision may go: the first rule that applies, else `act`. Unknown is not yes: a rule that holds back applies unless
 * its condition is false, one that lets act only if it is true. Where nothing else applies, a condition of the latter that could
 * not be evaluated leaves the question to a person.
 */
export async function judgeAutonomy({ autonomy: rules }: Pipeline, scope: Scope): Promise<JudgedAutonomy> {
	if (rules.length === 0) return { autonomy: ACT };
	const verdicts: RuleVerdict[] = [];
	let failed: string | undefined;
	for (const { name, condition, level, expires_s } of rules) {
		const verdict = await judgeRule(name, condition, scope);
		verdicts.push(verdict);
		const isKnown = !isUndecided(verdict);
		if (verdict.verdict === "true" || (!isKnown && level !== "act")) {
			const why = isKnown ? "" : ", because its condition is unknown";
			return explained({ level, rule: name, expires_s }, verdicts, `${level}, by ${name}${why}`);
		}
		if (!isKnown && hasError(verdict.clause)) failed ??= name;
	}
	if (failed === undefined) return explained(ACT, verdicts, "act: no rule applies");
	const asked = { level: "approve", rule: failed, expires_s: USUAL_S } as const;
	return explained(asked, verdicts, `approve: no rule applies, and ${failed} could not be evaluated`);
}

/** Also a value that is neither true nor false. */
function isUndecided({ verdict, clause }: RuleVerdict): boolean {
	return verdict === "unknown" || (verdict === "false" && clause?.error !== undefined);
}

function hasError(clause: Clause | undefined): boolean {
	return clause !== undefined && (clause.error !== undefined || (clause.clauses ?? []).some(hasError));
}

function explained(autonomy: Autonomy, rules: readonly RuleVerdict[], outcome: string): JudgedAutonomy {
	return { autonomy, explanation: { stage: "autonomy", round: "again", rules, outcome } };
}
