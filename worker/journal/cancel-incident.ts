import type { TakenIncident } from "./incident-row.ts";
import { takeStep } from "./transition.ts";

/** Ends an incident that a filter refused once more was known. False when the row is no longer held. */
export async function cancelIncident(
	db: D1Database,
	taken: TakenIncident,
	why: {
		readonly reason: string;
		readonly explanation: string;
		readonly context: string;
		readonly pipeline: string;
		readonly now: number;
	},
): Promise<boolean> {
	const { reason, now, ...found } = why;
	const set = { ...found, waits_for: null, next_try_at: null, failing_since: null };
	return (await takeStep(db, taken.id, { event: "filtered", reason, now, when: taken, set })) === "done";
}
