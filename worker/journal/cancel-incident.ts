import type { LockedIncident } from "./incident-row.ts";
import { takeStep } from "./transition.ts";

/** Ends an incident that a filter refused once more was known. False when the row is no longer held. */
export async function cancelIncident(
	db: D1Database,
	locked: LockedIncident,
	why: {
		readonly reason: string;
		readonly explanation: string;
		readonly context: string;
		readonly pipeline: string;
		readonly now: number;
	},
): Promise<boolean> {
	const { reason, now, ...found } = why;
	const set = { ...found, blocked_on: null, next_try_at: null, failing_since: null };
	return (await takeStep(db, locked.id, { event: "filtered", reason, now, when: locked, set })) === "done";
}
