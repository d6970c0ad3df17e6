import type { IncidentStatus } from "./statuses.ts";

/** Before the CodeRun of its attempt was seen. */
const NOT_SENT = ["accepted", "waiting"] as const;
/** While something may still come of it without anybody's doing. */
const OPEN = [...NOT_SENT, "running", "awaiting_ci"] as const;
interface Transition {
	readonly from: readonly IncidentStatus[];
	readonly to: IncidentStatus;
}

/**
 * The life of a remediation: every event, the states it may come in, and the one it leads to. All else is refused, and
 * kept in the timeline. docs/remediation.md has this table; a test compares them.
 */
export const TRANSITIONS = {
	/** A claim, an agent, a relay, a limit or a pause holds it back. */
	deferred: { from: NOT_SENT, to: "waiting" },
	/** Spawning is paused. */
	paused: { from: NOT_SENT, to: "waiting" },
	/** Its CodeRun was seen. */
	spawned: { from: NOT_SENT, to: "running" },
	/** A filter refused it once more was known. */
	filtered: { from: NOT_SENT, to: "cancelled" },
	/** The relay will never make this CodeRun. */
	refused: { from: NOT_SENT, to: "failed" },
	/** The relay refused what was decided, and the pipeline is another one now: decided again, as the next attempt. */
	redecided: { from: NOT_SENT, to: "waiting" },
	/** A day of nothing but failures: to send it, or to work on what follows. */
	abandoned: { from: OPEN, to: "dead" },
	/** The CodeRun ended well. The answer to its spawn may have been lost. */
	agent_finished: { from: [...NOT_SENT, "running"], to: "awaiting_ci" },
	/** The failed check is green again. */
	ci_passed: { from: [...OPEN, "failed", "escalated"], to: "fixed" },
	/** The attempt ended without that, and another one follows. */
	retry_scheduled: { from: [...OPEN, "fixed"], to: "waiting" },
	/** The attempts are used up, or more would not help: a person is told. */
	escalated: { from: [...OPEN, "fixed"], to: "escalated" },
	/** The same, where the pipeline names no person. */
	exhausted: { from: [...OPEN, "fixed"], to: "failed" },
	/** It went green by itself before anybody tried, its newer failure is an incident, or its branch is done with. */
	superseded: { from: OPEN, to: "superseded" },
	/** Somebody said "stop", or closed the pull request of the fix. */
	stopped: { from: OPEN, to: "cancelled" },
	/** Somebody said "retry". */
	retried: { from: ["waiting", "failed", "escalated", "cancelled", "dead"], to: "waiting" },
	/** Somebody released what was dead or waits: the same attempt is tried now. */
	released: { from: ["waiting", "dead"], to: "waiting" },
} as const satisfies Readonly<Record<string, Transition>>;

export type RemediationEvent = keyof typeof TRANSITIONS;

/** Where an event leads from a state; undefined where the machine has no place for it. */
export function transit(from: IncidentStatus, event: RemediationEvent): IncidentStatus | undefined {
	const transition: Transition = TRANSITIONS[event];
	return transition.from.includes(from) ? transition.to : undefined;
}

/** In these nothing more is done by itself. */
const ENDED: readonly IncidentStatus[] = ["fixed", "failed", "escalated", "superseded", "cancelled", "dead"];

export function isEnded(status: IncidentStatus): boolean {
	return ENDED.includes(status);
}
