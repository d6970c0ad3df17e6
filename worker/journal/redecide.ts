import type { LockedIncident } from "./incident-row.ts";
import { takeStep } from "./transition.ts";

/**
 * Lets an incident be decided again as its next attempt, and writes down why the present one never had a CodeRun: all or
 * nothing, and only by whoever holds the row. The refused decision stays as it was sent. False when the row is lost.
 */
export async function redecide(
	db: D1Database,
	locked: LockedIncident,
	{ reason, failing_since, now }: { readonly reason: string; readonly failing_since: number; readonly now: number },
): Promise<boolean> {
	const refused = db
		.prepare("UPDATE attempts SET refused = ?3 WHERE incident_id = ?1 AND attempt = ?2")
		.bind(locked.id, locked.attempt, reason);
	const done = await takeStep(db, locked.id, {
		event: "redecided",
		reason,
		now,
		when: locked,
		set: { attempt: locked.attempt + 1, next_try_at: now, failing_since, tries: locked.tries + 1, not_before: null },
		with: [refused],
	});
	return done === "done";
}
