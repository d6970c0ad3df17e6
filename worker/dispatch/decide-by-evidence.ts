import { type DecideInput, type Decision, type PreviousAttempt, redJobs } from "../../pipeline/index.ts";
import { outcomeFor } from "../../pipeline/overrides.ts";
import type { Engine } from "../engine.ts";
import { isHandOver, isPartGreen, mayHandOverTo } from "../remediation/hand-over.ts";
import { type Next, nextAgent } from "../remediation/next-agent.ts";
import type { EarlierAttempts } from "./earlier-attempts.ts";

/** A decision, and what it means for the attempt before. */
export interface EvidenceDecision {
	readonly decision: Decision;
	/** The attempt that hands over, because its own part is green. */
	readonly handed_over?: number;
	/** There is no attempt left, and this is no hand-over: why. */
	readonly over?: Next & { readonly do: "notify_human" | "give_up" };
}

/**
 * Decides an attempt on what is red now. If the rules give that to another agent than the one before, and that one's part is
 * green, it is a hand-over: no failure, and no turn of the escalation.
 */
export async function decideByEvidence(
	engine: Pick<Engine, "decide" | "outcome" | "overrides">,
	input: DecideInput,
	{ before, ended, newest, isNamed, isByPerson }: EarlierAttempts,
): Promise<EvidenceDecision> {
	const { decide } = engine;
	const outcome = outcomeFor(engine, input.incident.repository);
	if (isByPerson) return { decision: await decide({ ...input, named_by: "person" }) };
	if (before === undefined || newest === undefined) {
		return { decision: await decide(isNamed ? { ...input, named_by: "agent" } : input) };
	}
	const { escalate_to, ...byRules } = input;
	const decision = await decide(byRules);
	if (decision.outcome === "filtered") return { decision };
	const jobs = redJobs(input.evidence ?? input.incident, input.context);
	const now = { agent: decision.agent, failure_category: decision.failure_category, jobs };
	if (isHandOver(before, now) && mayHandOverTo(decision.agent, ended, outcome)) {
		const handed = { ...byRules, previous_attempts: withHandOver(input, before.attempt) };
		return { decision: await decide(handed), handed_over: before.attempt };
	}
	if (isPartGreen(before.jobs, newest.jobs)) {
		const next = nextAgent(outcome, ended);
		if (next.do !== "attempt") return { decision, over: { ...next, do: next.do } };
	}
	return { decision: escalate_to === undefined ? decision : await decide(input) };
}

function withHandOver({ previous_attempts = [] }: DecideInput, handed: number): readonly PreviousAttempt[] {
	return previous_attempts.map((one) =>
		one.attempt === handed ? { ...one, outcome: "handed_over", is_green: true } : one,
	);
}
