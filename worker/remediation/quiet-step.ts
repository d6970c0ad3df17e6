import type { OutcomeRules, RemediationState } from "./remediation-state.ts";
import { type QuietStep, whenQuiet } from "./when-quiet.ts";

/** No result decides. A merge of the fix by a person counts as its review, once CI had its time. */
export function quietStep(state: RemediationState, rules: OutcomeRules): QuietStep | MergedFix {
	const { goal, ci, current, canAskGitHub, gitHubSays, now } = state;
	const outcome_at = current?.outcome_at ?? state.incident.updated_at;
	const ci_deadline_ms = rules.ci_deadline_s * 1000;
	if (state.fix?.state === "merged" && now >= outcome_at + ci_deadline_ms)
		return { do: "merged", number: state.fix.number };
	return whenQuiet({
		goal,
		...(ci.result === "none" && ci.hint !== undefined && { hint: ci.hint }),
		outcome_at,
		settle_ms: rules.settle_s * 1000,
		ci_deadline_ms,
		asked_at: current?.results_asked_at ?? null,
		ask_at: current?.ask_results_at ?? null,
		canAsk: canAskGitHub,
		...(gitHubSays !== undefined && { says: gitHubSays }),
		now,
	});
}

export interface MergedFix {
	readonly do: "merged";
	readonly number: number;
}
