import { TERMINAL_PHASES } from "../../wire/outcome.ts";
import type { AttemptResult } from "../journal/statuses.ts";
import type { CiVerdict } from "./ci-verdict.ts";
import { isPartGreen, mayHandOverTo } from "./hand-over.ts";
import { newestRed } from "./newest-red.ts";
import { type EndedAttempt, endsWithPerson, mostAttempts, type Next, nextAgent } from "./next-agent.ts";
import type { AttemptEnd, NextStep, OutcomeRules, RemediationState } from "./remediation-state.ts";

export function endAttempt(state: RemediationState, rules: OutcomeRules, end: AttemptEnd, summary: string): NextStep {
	const { current, incident, now } = state;
	if (current === undefined) throw new Error("no attempt to end");
	const { agent, failure_type, escalated } = current;
	const { result, signature } = end;
	const endedOn = withNewest(state, end);
	const last = { attempt: incident.attempt, agent, failure_type, escalated, signature };
	const ended = result === null ? state.ended : [...state.ended, { ...last, result }];
	const next = orAnotherField(state, rules, ended, nextAgent(rules, ended));
	switch (next.do) {
		case "attempt": {
			const due = now + rules.pause_s * 1000;
			const who = next.agent === undefined || next.agent === agent ? "" : ` by ${next.agent}`;
			const reason = `${summary}; attempt ${incident.attempt + 1}${who} follows: ${next.why}`;
			const escalate_to = next.agent ?? null;
			const set = { attempt: incident.attempt + 1, escalate_to, next_try_at: due, not_before: due };
			return { do: "step", event: "retry_scheduled", reason, end: endedOn, set };
		}
		case "notify_human":
			return {
				do: "step",
				event: "escalated",
				reason: `${summary}; ${next.why}`,
				end: endedOn,
				set: { next_try_at: now },
			};
		case "give_up":
			return {
				do: "step",
				event: "exhausted",
				reason: `${summary}; ${next.why}`,
				end: endedOn,
				set: { next_try_at: null },
			};
		default:
			return next satisfies never;
	}
}

function withNewest({ ci }: RemediationState, end: AttemptEnd): AttemptEnd {
	return ci.result === "failed" ? { ...end, ended_on: newestRed(ci) } : end;
}

/**
 * The budget is used up, but a job that was red at the start is green, and others are not: they may be another agent's, which
 * only the decision on their logs can tell. If they are not, it ends there (`worker/dispatch/decide-by-evidence.ts`).
 */
function orAnotherField(
	{ ci, current }: RemediationState,
	rules: OutcomeRules,
	ended: readonly EndedAttempt[],
	next: Next,
): Next {
	if (next.do === "attempt" || current === undefined || ci.result !== "failed") return next;
	const isPossible = ended.length < mostAttempts(rules) && isPartGreen(current.red_jobs, newestRed(ci).jobs);
	if (!isPossible || ended.at(-1)?.result !== "ci_still_failing") return next;
	return { do: "attempt", agent: undefined, why: "what is red now may be another agent's" };
}

/** Its agent names the specialist who should have this: the next attempt is that one's, once for each. */
export function handOverStep(state: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { current, incident, now } = state;
	if (current?.named === undefined || !FINISHED.includes(current.outcome ?? "")) return undefined;
	const { agent, failure_type, escalated, named } = current;
	const handed: EndedAttempt = {
		attempt: incident.attempt,
		agent,
		failure_type,
		escalated,
		result: "handed_over",
		signature: null,
	};
	const ended = [...state.ended, handed];
	if (!mayHandOverTo(named, ended, rules)) return undefined;
	const due = now + rules.pause_s * 1000;
	return {
		do: "step",
		event: "retry_scheduled",
		reason: `${agent} names ${named} as the one who should have this; attempt ${incident.attempt + 1} is ${named}'s`,
		end: withNewest(state, endAs("handed_over")),
		set: { attempt: incident.attempt + 1, escalate_to: named, next_try_at: due, not_before: due },
	};
}

/** Phases in which an agent came to an end by itself. */
const FINISHED: readonly string[] = TERMINAL_PHASES;

// Each takes the start deadline. While none of several incidents' CodeRuns starts, creating them waits as well.
const MOST_UNSTARTED = 5;

/** No agent has tried anything, so the same one is asked again and no budget is used. A person is asked in the end. */
export function afterNoStart(
	{ incident, unstarted, now }: RemediationState,
	{ agent, escalated }: NonNullable<RemediationState["current"]>,
	rules: OutcomeRules,
): NextStep {
	const end = endAs(null);
	const summary = "no controller started the CodeRun: it had no phase at its start deadline";
	const times = unstarted + 1;
	if (times >= MOST_UNSTARTED) return toPerson(rules, `${summary}, ${times} times; no agent has tried`, end, now);
	const due = now + rules.pause_s * 1000;
	const reason = `${summary}; attempt ${incident.attempt + 1} follows, and this one counts against no agent`;
	const escalate_to = escalated ? agent : null;
	const set = { attempt: incident.attempt + 1, escalate_to, next_try_at: due, not_before: due };
	return { do: "step", event: "retry_scheduled", reason, end, set };
}

export function stillFailing(ci: CiVerdict & { readonly result: "failed" }): AttemptEnd {
	const ci_summary = `failed: ${ci.signature}`.slice(0, 1000);
	return { result: "ci_still_failing", signature: ci.signature, ci_summary, ci_url: ci.row.url };
}

export function toPerson(rules: OutcomeRules, reason: string, end: AttemptEnd | undefined, now: number): NextStep {
	const ended = end !== undefined && { end };
	return endsWithPerson(rules)
		? { do: "step", event: "escalated", reason, set: { next_try_at: now }, ...ended }
		: { do: "step", event: "exhausted", reason, set: { next_try_at: null }, ...ended };
}

export function endOfAgent(outcome: string, message: string | null): AttemptEnd {
	const result = outcome === "Deleted" ? "deleted" : outcome === "TimedOut" ? "timed_out" : "agent_failed";
	// Two deletions in a row are not two equal failures of the agent.
	const signature = result === "deleted" ? null : `agent ${outcome}: ${message ?? ""}`.slice(0, 1000);
	return { ...endAs(result), signature };
}

export function endAs(result: AttemptResult | null): AttemptEnd {
	return { result, signature: null, ci_summary: null, ci_url: null };
}

/** One clause for people. Unknown phases count as failures. */
export function describeOutcome(outcome: string, message: string | null): string {
	if (outcome === "Deleted")
		return "the CodeRun was deleted before it finished, by a person or a tool; its agent did not fail";
	if (outcome === "TimedOut") return "the CodeRun did not finish before its deadline";
	const why = message ? `: ${message.slice(0, 1000)}` : "";
	return `the CodeRun ended as ${outcome.slice(0, 63)}${why}`;
}
