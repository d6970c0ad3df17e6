import type { Effects } from "../effects.ts";
import { findIncident } from "../journal/find-incident.ts";
import { takeStep } from "../journal/transition.ts";
import type { ManualAction } from "./retry-remediation.ts";

/**
 * Lets an incident that is dead, or held back, be tried now: the same attempt, the same bytes, with a day of tries
 * before it. What holds it back is asked again; a claim of another incident stays one.
 */
export async function releaseIncident(effects: Effects, id: string, by: string): Promise<ManualAction> {
	const incident = await findIncident(effects.journal, id);
	if (incident === undefined) return { ok: false, reason: "not_found" };
	const now = effects.now();
	const locked = await takeStep(effects.journal, id, {
		event: "released",
		reason: `${by} released it`,
		now,
		when: { seen: incident },
		set: { next_try_at: now, not_before: null, failing_since: null, blocked_on: null, tries: 0 },
	});
	if (locked === "refused") return { ok: false, reason: "not_now", status: incident.status };
	if (locked === "raced") return { ok: false, reason: "raced" };
	await effects.wake(id, 0);
	return { ok: true, status: "waiting", attempt: incident.attempt };
}
