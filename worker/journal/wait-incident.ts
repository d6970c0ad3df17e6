import type { TakenIncident } from "./incident-row.ts";

export interface Waiting {
	readonly reason: string;
	/** `claim:{key}` or `agent:{name}`; absent when it waits for nothing but time. */
	readonly waits_for?: string;
	readonly next_try_at: number;
	/** Since when nothing but failures came back; absent when this try got an answer. */
	readonly failing_since?: number;
	readonly tries: number;
	readonly now: number;
}

/** Lays an incident aside until `next_try_at`, and gives the row back. False when it is no longer held. */
export async function waitIncident(db: D1Database, taken: TakenIncident, waiting: Waiting): Promise<boolean> {
	const done = await db
		.prepare(
			`UPDATE incidents SET status = 'waiting', reason = ?3, waits_for = ?4, next_try_at = ?5, failing_since = ?6,
				tries = ?7, lock = NULL, locked_until = 0, updated_at = ?8
			WHERE id = ?1 AND lock = ?2 AND status IN ('accepted', 'waiting')`,
		)
		.bind(
			taken.id,
			taken.lock,
			waiting.reason,
			waiting.waits_for ?? null,
			waiting.next_try_at,
			waiting.failing_since ?? null,
			waiting.tries,
			waiting.now,
		)
		.run();
	return done.meta.changes === 1;
}
