import { MINUTE_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import { makeStuckDue } from "../journal/incident-locks.ts";

// Longer than any step that leaves a row without a due time for a moment.
const AFTER_MS = 10 * MINUTE_MS;
const BATCH = 100;

/**
 * Safety net: makes active incidents due that have no due time, because a step was cut off or because of a bug. No active
 * state is meant to have none, so without this such an incident would never continue.
 */
export async function findStuck(effects: Pick<Effects, "journal" | "log" | "now">): Promise<number> {
	const now = effects.now();
	const found = await makeStuckDue(effects.journal, { now, before: now - AFTER_MS, limit: BATCH });
	for (const { id, status, attempt } of found) {
		effects.log.warn("active incident had no due time, made due now", { incident_id: id, status, attempt });
	}
	return found.length;
}
