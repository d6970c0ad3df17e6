/** What happened to an incident that a person may be notified of: the status that it came to. */
export const INCIDENT_NOTIFY_EVENTS = [
	"escalated",
	"failed",
	"dead",
	"awaiting_approval",
	"awaiting_merge",
	"unverified",
	"fixed",
] as const;

/**
 * Everything that `notify` may be about. `paused`: a repository or an agent was paused, because too many attempts failed in a row;
 * `lost_delivery`: an event that GitHub could not deliver and no longer has.
 */
export const NOTIFY_EVENTS = [...INCIDENT_NOTIFY_EVENTS, "paused", "lost_delivery"] as const;

export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

/**
 * `$env(NAME)`, with a name that only notifications use. Whoever may push a pipeline must not have other secrets of the
 * worker sent somewhere by naming them, such as `GITHUB_PRIVATE_KEY`.
 */
export const NOTIFY_VARIABLE = /^\$env\((HEALER_NOTIFY_[A-Z0-9_]{1,80})\)$/;

/** The variable that a `$env(NAME)` names; undefined if it names none that notifications may read. */
export function notifyVariable(reference: string): string | undefined {
	return NOTIFY_VARIABLE.exec(reference)?.[1];
}
