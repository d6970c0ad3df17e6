import type { RuleVerdict } from "../explanation.ts";
import type { CompiledCondition } from "../expression/compile-expression.ts";
import type { Scope } from "../expression/facts.ts";

/** Judges one rule; one without a condition always holds. */
export async function judgeRule(
	rule: string,
	condition: CompiledCondition | undefined,
	scope: Scope,
): Promise<RuleVerdict> {
	if (condition === undefined) return { rule, verdict: "true" };
	const judged = condition.judge(scope);
	const clause = judged instanceof Promise ? await judged : judged;
	return { rule, verdict: clause.verdict, clause };
}

/** A rule to judge. With `resolve`, it counts as true only if that gives the rule to use in its place. */
interface Judged<T> {
	readonly name: string;
	readonly condition: CompiledCondition | undefined;
	readonly resolve?: (scope: Scope) => Promise<{ readonly rule?: T; readonly verdict: RuleVerdict }>;
}

/** The first rule that is true, and the verdicts up to it. */
export async function firstTrue<T extends Judged<T>>(
	rules: readonly T[],
	scope: Scope,
): Promise<{ readonly found: T | undefined; readonly verdicts: readonly RuleVerdict[] }> {
	const verdicts: RuleVerdict[] = [];
	for (const rule of rules) {
		const verdict = await judgeRule(rule.name, rule.condition, scope);
		const resolved = verdict.verdict === "true" ? await rule.resolve?.(scope) : undefined;
		const isChosen = resolved === undefined || resolved.rule !== undefined;
		verdicts.push(isChosen ? verdict : resolved.verdict);
		if (verdict.verdict === "true" && isChosen) return { found: resolved?.rule ?? rule, verdicts };
	}
	return { found: undefined, verdicts };
}
