import type { Effects } from "../effects.ts";
import { findIncident } from "../journal/find-incident.ts";
import { takeStep } from "../journal/transition.ts";
import { endAttemptStatement } from "./end-attempt.ts";
import type { ManualAction } from "./retry-remediation.ts";

/**
 * `/healer stop`: no further attempt is made. A CodeRun that runs already goes on to its end: its outcome is recorded,
 * and nothing follows from it. `by` is a login, for the timeline.
 */
export async function stopRemediation(effects: Effects, id: string, by: string): Promise<ManualAction> {
	const incident = await findIncident(effects.journal, id);
	if (incident === undefined) return { ok: false, reason: "not_found" };
	const now = effects.now();
	const runs =
		incident.status === "running" ? `; ${incident.coderun_name} goes on to its end, nothing follows from it` : "";
	const end = { result: "stopped", signature: null, ci_summary: null, ci_url: null } as const;
	const locked = await takeStep(effects.journal, id, {
		event: "stopped",
		reason: `${by} said stop${runs}`,
		now,
		when: { seen: incident },
		set: { next_try_at: null, not_before: null, blocked_on: null, failing_since: null, tries: 0 },
		with: [endAttemptStatement(effects.journal, incident, end, now)],
	});
	if (locked === "refused") return { ok: false, reason: "not_now", status: incident.status };
	if (locked === "raced") return { ok: false, reason: "raced" };
	return { ok: true, status: "cancelled", attempt: incident.attempt };
}
