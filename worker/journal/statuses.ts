/** Every state of an incident (docs/remediation.md). */
export const INCIDENT_STATUSES = [
	"accepted",
	"waiting",
	"rerunning",
	"awaiting_approval",
	"running",
	"awaiting_ci",
	"awaiting_merge",
	"grouped",
	"fixed",
	"unverified",
	"observed",
	"failed",
	"escalated",
	"superseded",
	"cancelled",
	"dead",
] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** Narrows untrusted text, such as a query parameter. */
export function isIncidentStatus(text: string): text is IncidentStatus {
	return INCIDENT_STATUSES.some((status) => status === text);
}

/** Shown in place of a rule's name when a person chose the agent: `retry --agent`. */
export const BY_PERSON = "retry";

/** How an attempt ended for its incident; `outcome` is the phase in which its CodeRun ended. */
export const ATTEMPT_RESULTS = [
	"fixed",
	"agent_failed",
	"ci_still_failing",
	"ci_silent",
	"timed_out",
	"deleted",
	"handed_over",
	"unverified",
	"unmerged",
	"superseded",
	"stopped",
] as const;
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

/**
 * What deliveries are counted as. `recorded`: it opened no incident, and counts for one; `refused`: answered 4xx; `failed`: answered
 * 5xx, and GitHub is asked for it again.
 */
export const DELIVERY_OUTCOMES = ["accepted", "recorded", "duplicate", "ignored", "refused", "failed"] as const;
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];
