import { INCIDENT_STATUSES, type IncidentStatus } from "../../worker/journal/statuses.ts";

/** What the home view asks of its reader: to act, to know, to wait; nothing for what has ended, or is shown with its leader. */
export type Lane = "person" | "running" | "waiting" | "grouped" | "ended";

/** Every status has its lane, so that a new one cannot be left out of the home view. */
const LANES = {
	accepted: "running",
	waiting: "waiting",
	rerunning: "waiting",
	awaiting_approval: "person",
	running: "running",
	awaiting_ci: "running",
	awaiting_merge: "person",
	grouped: "grouped",
	fixed: "ended",
	unverified: "ended",
	observed: "ended",
	failed: "ended",
	escalated: "person",
	superseded: "ended",
	cancelled: "ended",
	dead: "person",
} as const satisfies Record<IncidentStatus, Lane>;

export function statusesIn(lane: Lane): readonly IncidentStatus[] {
	return INCIDENT_STATUSES.filter((status) => LANES[status] === lane);
}

/** How many incidents are in the lane. */
export function countIn(lane: Lane, counts: Readonly<Record<IncidentStatus, number>>): number {
	return statusesIn(lane).reduce((sum, status) => sum + counts[status], 0);
}
