/** Every state of an incident (DESIGN section 9). */
export const INCIDENT_STATUSES = [
	"accepted",
	"waiting",
	"running",
	"awaiting_ci",
	"fixed",
	"failed",
	"escalated",
	"superseded",
	"cancelled",
	"dead",
] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** Narrows a text from outside, such as a query parameter. */
export function isIncidentStatus(text: string): text is IncidentStatus {
	return INCIDENT_STATUSES.some((status) => status === text);
}
