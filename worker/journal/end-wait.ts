import type { TakenIncident } from "./incident-row.ts";

export type WaitEnd =
	| { readonly status: "running"; readonly coderun_name: string; readonly now: number }
	| { readonly status: "failed" | "dead"; readonly reason: string; readonly now: number };

/** What the sending came to, for good. False when the row is no longer held, or its outcome is already known. */
export async function endWait(db: D1Database, taken: TakenIncident, end: WaitEnd): Promise<boolean> {
	const done = await db
		.prepare(
			`UPDATE incidents SET status = ?3, reason = ?4, coderun_name = coalesce(?5, coderun_name), waits_for = NULL,
				next_try_at = NULL, failing_since = NULL, tries = 0, lock = NULL, locked_until = 0, updated_at = ?6
			WHERE id = ?1 AND lock = ?2 AND status IN ('accepted', 'waiting')`,
		)
		.bind(
			taken.id,
			taken.lock,
			end.status,
			end.status === "running" ? null : end.reason,
			end.status === "running" ? end.coderun_name : null,
			end.now,
		)
		.run();
	return done.meta.changes === 1;
}
