import { isChoice } from "../agent-choice.ts";
import type { Agent, RouteRule } from "../artefact.ts";
import type { RuleVerdict } from "../explanation.ts";
import { type CompiledCondition, compileCondition, compileExpression } from "../expression/compile-expression.ts";
import type { Scope } from "../expression/facts.ts";

/** A routing rule with the agent that it names. */
export interface CompiledRoute extends RouteRule {
	readonly condition: CompiledCondition | undefined;
	readonly to: Agent;
	/** Present when an expression chooses the agent: the rule with that agent, if it gives one. */
	readonly resolve?: (scope: Scope) => Promise<{ readonly rule?: CompiledRoute; readonly verdict: RuleVerdict }>;
}

/** Compiles a rule. `need` throws for an agent that the artefact does not have. */
export function compileRoute(
	rule: RouteRule,
	agents: { readonly find: (name: string) => Agent | undefined; readonly need: (name: string) => Agent },
): CompiledRoute {
	const condition = rule.when === undefined ? undefined : compileCondition(rule.when);
	if (!isChoice(rule.agent)) return { ...rule, condition, to: agents.need(rule.agent) };

	const choice = compileExpression(rule.agent);
	return {
		...rule,
		condition,
		get to(): Agent {
			throw new Error(`the rule ${rule.name} has no agent before its expression is evaluated`);
		},
		async resolve(scope) {
			const given = await choice.evaluate(scope);
			const unknown = (why: Pick<NonNullable<RuleVerdict["clause"]>, "missing" | "error">) => ({
				verdict: {
					rule: rule.name,
					verdict: "unknown" as const,
					clause: { text: rule.agent, verdict: "unknown" as const, ...why },
				},
			});
			if (!given.ok) return unknown({ error: given.error });
			if (typeof given.value !== "string") {
				const missing = choice.missing(scope);
				return unknown(missing.length > 0 ? { missing } : { error: "it gives no agent" });
			}
			const to = agents.find(given.value);
			if (to === undefined) return unknown({ error: `there is no agent ${given.value.slice(0, 80)}` });
			return { rule: { ...rule, condition, agent: given.value, to }, verdict: { rule: rule.name, verdict: "true" } };
		},
	};
}
