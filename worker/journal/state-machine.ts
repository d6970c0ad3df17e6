import type { IncidentStatus } from "./statuses.ts";

/** Before the CodeRun of the attempt was seen. */
const NOT_SENT = ["accepted", "waiting"] as const;
/** While Healer still continues by itself. */
const OPEN = [...NOT_SENT, "running", "awaiting_ci"] as const;
/** The same, while its fix or its decision waits for a person, and while its jobs run again before an agent is woken. */
export const UNENDED = [...OPEN, "awaiting_merge", "rerunning", "awaiting_approval"] as const;

/** The same, and while another incident's agent fixes its cause. */
export const UNENDED_OR_GROUPED = [...UNENDED, "grouped"] as const;

interface Transition {
	readonly from: readonly IncidentStatus[];
	readonly to: IncidentStatus;
}

/**
 * The life of a remediation: every event, the states it is valid in, and the state it leads to. All other events are refused
 * and kept in the timeline. docs/remediation.md has this table; a test compares them.
 */
export const TRANSITIONS = {
	/** A claim, an agent, a relay, a limit or a pause defers it. */
	deferred: { from: NOT_SENT, to: "waiting" },
	/** Spawning is paused. */
	paused: { from: NOT_SENT, to: "waiting" },
	/** GitHub is asked to run its failed jobs again, before an agent is woken. */
	rerun_planned: { from: NOT_SENT, to: "rerunning" },
	/** They failed again, GitHub refused, or their result did not come in time: an agent is woken. */
	rerun_ended: { from: ["rerunning"], to: "waiting" },
	/** It was decided, and nothing is sent: autonomy `observe`. */
	observed: { from: NOT_SENT, to: "observed" },
	/** It was decided, and a person has to approve it: autonomy `approve`. */
	approval_requested: { from: NOT_SENT, to: "awaiting_approval" },
	/** A person approved it: it is sent. */
	approved: { from: ["awaiting_approval"], to: "waiting" },
	/** Nobody approved it in time. */
	approval_expired: { from: ["awaiting_approval"], to: "cancelled" },
	/** Its CodeRun was seen. */
	spawned: { from: NOT_SENT, to: "running" },
	/** A filter refused it once its context was known. */
	filtered: { from: NOT_SENT, to: "cancelled" },
	/** The relay will never make this CodeRun. */
	refused: { from: NOT_SENT, to: "failed" },
	/**
	 * The relay refused the decision and the pipeline has changed since, or its branch moved while it waited, also for a person:
	 * decided again, as the next attempt.
	 */
	redecided: { from: [...NOT_SENT, "awaiting_approval"], to: "waiting" },
	/** Its cause is that of another incident, whose agent fixes both. */
	joined: { from: NOT_SENT, to: "grouped" },
	/** That incident ended without a fix for it, or its window did: it is decided by itself. */
	left: { from: ["grouped"], to: "waiting" },
	/** A day of failures only: of sending it, or of processing what followed. */
	abandoned: { from: UNENDED_OR_GROUPED, to: "dead" },
	/** The CodeRun succeeded. The answer to its spawn may have been lost. */
	agent_finished: { from: [...NOT_SENT, "running"], to: "awaiting_ci" },
	/** What was red is green, on the default or protected branch too if that is where it was red. */
	ci_passed: { from: [...UNENDED_OR_GROUPED, "unverified", "failed", "escalated"], to: "fixed" },
	/** The security alert was fixed, dismissed or resolved, after an attempt. */
	alert_resolved: { from: [...UNENDED, "unverified", "failed", "escalated"], to: "fixed" },
	/** The fix of a default or protected branch passes on its own branch: it has to be merged. */
	fix_passed: { from: [...OPEN, "failed", "escalated"], to: "awaiting_merge" },
	/** The agent finished, and nothing can ever report whether that fixed it. */
	unverified: { from: OPEN, to: "unverified" },
	/** The attempt ended without that, and another one follows. */
	retry_scheduled: { from: [...UNENDED, "fixed"], to: "waiting" },
	/** The attempts are used up, the fix was closed unmerged, or more would not help: a person is notified. */
	escalated: { from: [...UNENDED, "fixed"], to: "escalated" },
	/** The same, if the pipeline names nobody to notify. */
	exhausted: { from: [...UNENDED, "fixed"], to: "failed" },
	/** CI passed or the alert was resolved before an attempt, its newer failure is an incident, or its branch was merged or closed. */
	superseded: { from: UNENDED_OR_GROUPED, to: "superseded" },
	/** A person said "stop". */
	stopped: { from: UNENDED_OR_GROUPED, to: "cancelled" },
	/** Its failure came back: its own run in a rerun, its play's stage. Never over a person's "stop", and not while it is open. */
	reopened: { from: ["fixed", "unverified", "observed", "failed", "escalated", "superseded", "dead"], to: "waiting" },
	/** A person said "retry". */
	retried: {
		from: ["waiting", "grouped", "unverified", "observed", "failed", "escalated", "cancelled", "dead"],
		to: "waiting",
	},
	/** A person said "retry" and named the agent, also while another one has it. */
	reassigned: {
		from: [...UNENDED_OR_GROUPED, "unverified", "observed", "failed", "escalated", "cancelled", "dead"],
		to: "waiting",
	},
	/** A person released a dead or waiting incident: the same attempt is tried now. */
	released: { from: ["waiting", "dead"], to: "waiting" },
} as const satisfies Readonly<Record<string, Transition>>;

export type RemediationEvent = keyof typeof TRANSITIONS;

/** The state that an event leads to; undefined if the event is not valid in this state. */
export function transit(from: IncidentStatus, event: RemediationEvent): IncidentStatus | undefined {
	const transition: Transition = TRANSITIONS[event];
	return transition.from.includes(from) ? transition.to : undefined;
}

/** States in which nothing more happens by itself. */
export const ENDED: readonly IncidentStatus[] = [
	"fixed",
	"unverified",
	"observed",
	"failed",
	"escalated",
	"superseded",
	"cancelled",
	"dead",
];

export function isEnded(status: IncidentStatus): boolean {
	return ENDED.includes(status);
}

/** SQL: these states as a list, for IN. */
export function statusList(statuses: readonly IncidentStatus[]): string {
	return statuses.map((status) => `'${status}'`).join(", ");
}

/** SQL: the incident has not ended; in the words of the index `incidents_stuck`, or SQLite would not use it. */
export const IS_UNENDED = `status IN (${statusList(UNENDED)})`;

/** SQL: its CodeRun was not seen yet. */
export const IS_UNSENT = `status IN (${statusList(NOT_SENT)})`;
