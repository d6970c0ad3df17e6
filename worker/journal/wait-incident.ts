import type { TakenIncident } from "./incident-row.ts";
import { takeStep } from "./transition.ts";

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
	const { reason, next_try_at, tries, now } = waiting;
	const set = {
		waits_for: waiting.waits_for ?? null,
		next_try_at,
		failing_since: waiting.failing_since ?? null,
		tries,
		not_before: null,
	};
	return (await takeStep(db, taken.id, { event: "held_back", reason, now, when: taken, set })) === "done";
}
