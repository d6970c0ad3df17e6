import type { NextStep, OutcomeRules, RemediationState } from "./remediation-state.ts";

/** The next step of a remediation whose failed jobs are run again before an agent is woken. */
export function rerunStep(
	{ rerun, incident, now }: RemediationState,
	{ settle_s }: Pick<OutcomeRules, "settle_s">,
): NextStep {
	if (rerun === undefined) return wakeAgent("its rerun is not in the journal", now);
	const { run_attempt, result, why, requested_at, deadline_s } = rerun;
	if (result === "passed") {
		const reason = why ?? "its rerun passed";
		return { do: "step", event: "ci_passed", reason, set: { next_try_at: null, fixed_by: "rerun" } };
	}
	if (result === "refused") return wakeAgent(`not rerun: ${why}`, now);
	if (result !== null) return wakeAgent(why ?? `its rerun is ${result}`, now);
	const red = incident.run_attempt ?? 0;
	if (red > run_attempt) {
		// The run's other jobs are reported after the first.
		const reason = `attempt ${red} of its run failed again`;
		return { ...wakeAgent(reason, now + settle_s * 1000), rerun: "failed" };
	}
	const deadline = (requested_at ?? rerun.planned_at) + deadline_s * 1000;
	if (now >= deadline) {
		if (requested_at !== null) return { do: "ask_rerun" };
		return { ...wakeAgent("GitHub did not begin its rerun in time", now), rerun: "silent" };
	}
	if (requested_at !== null) return { do: "wait", at: deadline };
	const free = Math.max(rerun.ask_at, rerun.asking_until);
	return now >= free ? { do: "request_rerun" } : { do: "wait", at: Math.min(free, deadline) };
}

function wakeAgent(reason: string, at: number): NextStep & { readonly do: "step" } {
	return { do: "step", event: "rerun_ended", reason, set: { next_try_at: at } };
}
