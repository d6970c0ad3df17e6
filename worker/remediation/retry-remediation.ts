import type { Effects } from "../effects.ts";
import type { IncidentStatus } from "../journal/incident-status.ts";
import { remediationRows } from "../journal/remediation-facts.ts";
import { takeStep } from "../journal/transition.ts";
import { transit } from "./transitions.ts";

/** What came of somebody's word about a remediation. */
export type ManualAction =
	| { readonly ok: true; readonly status: IncidentStatus; readonly attempt: number }
	/** `not_now`: in this state there is nothing to retry, stop or release. `raced`: it went on at the same moment. */
	| { readonly ok: false; readonly reason: "not_found" | "raced" }
	| { readonly ok: false; readonly reason: "not_now"; readonly status: IncidentStatus };

/**
 * `/healer retry`: starts a remediation afresh that is at its end or waits, with a new budget and the router's choice;
 * attempt numbers go on. `by` is a login, for the timeline. One that runs, or waits for CI, is left alone.
 */
export async function retryRemediation(effects: Effects, id: string, by: string): Promise<ManualAction> {
	const found = await remediationRows(effects.journal, id);
	if (found === undefined) return { ok: false, reason: "not_found" };
	const { incident, attempts } = found;
	const now = effects.now();
	// What was decided but never seen in a cluster may still come to be there: a new attempt is another CodeRun.
	const isUsed = attempts.some(({ attempt }) => attempt === incident.attempt);
	const isWaiting =
		incident.status === "waiting" &&
		attempts.every(({ attempt, result }) => attempt !== incident.attempt || result === null);
	const attempt = isUsed && !isWaiting ? incident.attempt + 1 : incident.attempt;
	const locked = await takeStep(effects.journal, id, {
		event: "retried",
		reason: `${by} said retry`,
		now,
		when: { seen: incident },
		set: {
			attempt,
			budget_from: attempt,
			escalate_to: null,
			next_try_at: now,
			not_before: null,
			blocked_on: null,
			failing_since: null,
			tries: 0,
			fixed_at: null,
			fixed_by: null,
		},
	});
	if (locked === "refused" || transit(incident.status, "retried") === undefined) {
		return { ok: false, reason: "not_now", status: incident.status };
	}
	if (locked === "raced") return { ok: false, reason: "raced" };
	await effects.wake(id, 0);
	return { ok: true, status: "waiting", attempt };
}
