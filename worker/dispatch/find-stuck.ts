import type { Effects } from "../effects.ts";
import { makeStuckDue } from "../journal/incident-locks.ts";

// Longer than any step that leaves a row without a time for a moment.
const AFTER_MS = 10 * 60_000;
const BATCH = 100;

/**
 * The safety net: active incidents for which nothing is due, by a step that was cut in half or by a mistake, are made due.
 * No active state waits without a time, so each of these would stay as it is until somebody noticed.
 */
export async function findStuck(effects: Pick<Effects, "journal" | "log" | "now">): Promise<number> {
	const now = effects.now();
	const found = await makeStuckDue(effects.journal, { now, before: now - AFTER_MS, limit: BATCH });
	for (const { id, status, attempt } of found) {
		effects.log.warn("an active incident had nothing due; it is processed now", { incident_id: id, status, attempt });
	}
	return found.length;
}
