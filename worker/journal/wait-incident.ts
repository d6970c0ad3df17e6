import type { LockedIncident } from "./incident-row.ts";
import { takeStep } from "./transition.ts";

export interface Wait {
	readonly reason: string;
	/** `claim:{key}` or `agent:{name}`; absent when it waits for nothing but time. */
	readonly blocked_on?: string;
	readonly next_try_at: number;
	/** Since when nothing but failures came back; absent when this try got an answer. */
	readonly failing_since?: number;
	readonly tries: number;
	readonly now: number;
}

/** Lays an incident aside until `next_try_at`, and gives the row back. False when it is no longer held. */
export async function waitIncident(db: D1Database, locked: LockedIncident, waiting: Wait): Promise<boolean> {
	const { reason, next_try_at, tries, now } = waiting;
	const set = {
		blocked_on: waiting.blocked_on ?? null,
		next_try_at,
		failing_since: waiting.failing_since ?? null,
		tries,
		not_before: null,
	};
	return (await takeStep(db, locked.id, { event: "deferred", reason, now, when: locked, set })) === "done";
}
