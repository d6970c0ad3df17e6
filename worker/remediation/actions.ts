import type { Effects } from "../effects.ts";
import { findIncident } from "../journal/incidents.ts";
import { remediationRows } from "../journal/remediations.ts";
import { transit } from "../journal/state-machine.ts";
import type { IncidentStatus } from "../journal/statuses.ts";
import { takeStep } from "../journal/transitions.ts";
import { endAttemptStatement } from "./reconcile.ts";

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
