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
 * Chooses who tries next after these attempts. A hand-over is no failure: what it handed over has a budget of `max_attempts`
 * again, and all of them together have a bound, so no sequence of failures makes more CodeRuns than that. One attempt is
 * reserved for each agent of the chain that has not had a turn, so that an earlier agent cannot use up an escalation; the
 * router gets the rest. Two identical failures end a turn early.
 */
export function nextAgent(policy: EscalationPolicy, ended: readonly EndedAttempt[]): Next {
	const last = ended.at(-1);
	if (last?.result === "ci_silent") return end(policy, `CI reported nothing after attempt ${last.attempt}`);
	const turn = ended.slice(ended.findLastIndex(({ result }) => result === "handed_over") + 1);
	if (turn.length >= policy.max_attempts || ended.length >= mostAttempts(policy)) {
		return end(policy, ended.length === 1 ? "its only attempt is used up" : `all ${ended.length} attempts are used up`);
	}
	const tried = new Set(ended.map(({ agent }) => agent));
	const waiting = policy.escalate.filter((name) => name !== HUMAN && !tried.has(name));
	const alike = endedAlike(turn);
	const [first] = waiting;
	if (alike) {
		const why = `${last?.agent} failed twice in the same way`;
		return first === undefined ? end(policy, why) : { do: "attempt", agent: first, why };
	}
	if (first !== undefined && turn.length >= policy.max_attempts - waiting.length) {
		return { do: "attempt", agent: first, why: `the attempts before ${first}'s are used up` };
	}
	const again = last?.escalated ? last.agent : undefined;
	return {
		do: "attempt",
		agent: again,
		why: `${policy.max_attempts - turn.length} of ${policy.max_attempts} attempts are left`,
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

/** All attempts of a budget, hand-overs included, are at most this many times `max_attempts`. */
const MOST_BUDGETS = 2;

/** How many attempts an incident has at most before a person is needed, however often it is handed over. */
export function mostAttempts({ max_attempts }: Pick<EscalationPolicy, "max_attempts">): number {
	return max_attempts * MOST_BUDGETS;
}

/** Whether a person is notified at the end. */
export function endsWithPerson({ escalate }: EscalationPolicy): boolean {
	return escalate.includes(HUMAN);
}

function end(policy: EscalationPolicy, why: string): Next {
	return endsWithPerson(policy) ? { do: "notify_human", why } : { do: "give_up", why };
}
