import { redactText } from "../../pipeline/redaction/redact-text.ts";
import type { LockedIncident } from "./incident-row.ts";

/**
 * Has an incident whose CodeRun was seen processed again at that time, or no more where it is null, and gives the row
 * back. Its state stays. Where it goes on by itself, its reason says what is wrong until then.
 */
export async function reschedule(
	db: D1Database,
	{ id, lock }: LockedIncident,
	off: {
		readonly reason: string;
		readonly next_try_at: number | null;
		readonly failing_since: number | null;
		readonly tries: number;
	},
): Promise<boolean> {
	const done = await db
		.prepare(
			`UPDATE incidents SET next_try_at = ?3, failing_since = ?4, tries = ?5, lock = NULL, locked_until = 0,
				reason = CASE WHEN status IN ('running', 'awaiting_ci') THEN ?6 ELSE reason END
			WHERE id = ?1 AND lock = ?2`,
		)
		.bind(id, lock, off.next_try_at, off.failing_since, off.tries, redactText(off.reason))
		.run();
	return done.meta.changes === 1;
}
