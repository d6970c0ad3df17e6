import type { AttemptResult } from "../journal/statuses.ts";

/** The last entry of a chain: a person instead of an agent. */
const HUMAN = "human";

/** The part of `outcome` in pipeline.yaml that chooses the next agent. */
export interface EscalationPolicy {
	readonly max_attempts: number;
	readonly escalate: readonly string[];
}

/** One ended attempt of the current budget. */
export interface EndedAttempt {
	readonly attempt: number;
	readonly agent: string;
	readonly failure_type: string;
	readonly escalated: boolean;
	readonly result: AttemptResult;
	readonly signature: string | null;
}

/** What follows. `agent` undefined: the router chooses. */
export type Next =
	| { readonly do: "attempt"; readonly agent: string | undefined; readonly why: string }
	| { readonly do: "notify_human"; readonly why: string }
	| { readonly do: "give_up"; readonly why: string };

/**
 * Chooses who tries next after these attempts. `max_attempts` is the whole budget of an incident: no sequence of failures
 * makes more CodeRuns. One attempt is reserved for each agent of the chain that has not had a turn, so that an earlier agent
 * cannot use up an escalation; the router gets the rest. Two identical failures end a turn early.
 */
export function nextAgent(policy: EscalationPolicy, ended: readonly EndedAttempt[]): Next {
	const last = ended.at(-1);
	if (last?.result === "ci_silent") return end(policy, `CI reported nothing after attempt ${last.attempt}`);
	if (ended.length >= policy.max_attempts) {
		return end(policy, ended.length === 1 ? "its only attempt is used up" : `all ${ended.length} attempts are used up`);
	}
	const tried = new Set(ended.map(({ agent }) => agent));
	const waiting = policy.escalate.filter((name) => name !== HUMAN && !tried.has(name));
	const alike = endedAlike(ended);
	const [first] = waiting;
	if (alike) {
		const why = `${last?.agent} failed twice in the same way`;
		return first === undefined ? end(policy, why) : { do: "attempt", agent: first, why };
	}
	if (first !== undefined && ended.length >= policy.max_attempts - waiting.length) {
		return { do: "attempt", agent: first, why: `the attempts before ${first}'s are used up` };
	}
	const again = last?.escalated ? last.agent : undefined;
	return {
		do: "attempt",
		agent: again,
		why: `${policy.max_attempts - ended.length} of ${policy.max_attempts} attempts are left`,
	};
}

/** Twice in a row the same agent, failure type, and failed jobs with their steps. */
function endedAlike(ended: readonly EndedAttempt[]): boolean {
	const [before, last] = ended.slice(-2);
	return (
		before !== undefined &&
		last !== undefined &&
		last.signature !== null &&
		before.agent === last.agent &&
		before.result === last.result &&
		before.failure_type === last.failure_type &&
		before.signature === last.signature
	);
}

/** Whether a person is notified at the end. */
export function endsWithPerson({ escalate }: EscalationPolicy): boolean {
	return escalate.includes(HUMAN);
}

function end(policy: EscalationPolicy, why: string): Next {
	return endsWithPerson(policy) ? { do: "notify_human", why } : { do: "give_up", why };
}
