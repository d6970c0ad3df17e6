import type { Effects } from "../effects.ts";
import type { AuditEntry } from "../journal/audit.ts";
import { NO_WAIT } from "../journal/incident-waits.ts";
import { findIncident } from "../journal/incidents.ts";
import { remediationRows } from "../journal/remediations.ts";
import { transit } from "../journal/state-machine.ts";
import type { IncidentStatus } from "../journal/statuses.ts";
import { takeStep } from "../journal/transitions.ts";
import { endAttemptStatement } from "./reconcile.ts";

/** The result of a person's action on a remediation. */
export type ManualAction =
	| { readonly ok: true; readonly status: IncidentStatus; readonly attempt: number }
	/** `not_now`: the action does not apply in this state. `raced`: the incident changed concurrently. */
	| { readonly ok: false; readonly reason: "not_found" | "raced" }
	| { readonly ok: false; readonly reason: "not_now"; readonly status: IncidentStatus };

/**
 * `/healer retry`: starts a remediation over that has ended or waits, with a new budget and the router's choice of agent;
 * attempt numbers continue. `by` is for the timeline. Not for one that runs, or waits for CI.
 */
export async function retryRemediation(
	effects: Effects,
	id: string,
	by: string,
	audit?: AuditEntry,
): Promise<ManualAction> {
	const found = await remediationRows(effects.journal, id);
	if (found === undefined) return { ok: false, reason: "not_found" };
	const { incident, attempts } = found;
	const now = effects.now();
	// A decided attempt may still appear in a cluster although it was never seen: a new attempt needs another CodeRun.
	const isUsed = attempts.some(({ attempt }) => attempt === incident.attempt);
	const isWaiting =
		incident.status === "waiting" &&
		attempts.every(({ attempt, result }) => attempt !== incident.attempt || result === null);
	const attempt = isUsed && !isWaiting ? incident.attempt + 1 : incident.attempt;
	const locked = await takeStep(effects.journal, id, {
		event: "retried",
		reason: `retried by ${by}`,
		now,
		audit,
		when: { seen: incident },
		set: {
			attempt,
			budget_from: attempt,
			escalate_to: null,
			// A person wants an agent for this one.
			...(incident.status === "grouped" && { apart: 1 }),
			// Its group waits as long again.
			...(incident.led_at !== null && { led_at: now }),
			...NO_WAIT,
			next_try_at: now,
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
 * `/healer stop`: makes no further attempt. A running CodeRun continues; its outcome is recorded, but changes nothing. `by`
 * is for the timeline.
 */
export async function stopRemediation(
	effects: Effects,
	id: string,
	by: string,
	audit?: AuditEntry,
): Promise<ManualAction> {
	const incident = await findIncident(effects.journal, id);
	if (incident === undefined) return { ok: false, reason: "not_found" };
	const now = effects.now();
	const runs =
		incident.status === "running" ? `; ${incident.coderun_name} keeps running, its outcome changes nothing` : "";
	const end = { result: "stopped", signature: null, ci_summary: null, ci_url: null } as const;
	const locked = await takeStep(effects.journal, id, {
		event: "stopped",
		reason: `stopped by ${by}${runs}`,
		now,
		audit,
		when: { seen: incident },
		set: NO_WAIT,
		with: [endAttemptStatement(effects.journal, incident, end, { now })],
	});
	if (locked === "refused") return { ok: false, reason: "not_now", status: incident.status };
	if (locked === "raced") return { ok: false, reason: "raced" };
	return { ok: true, status: "cancelled", attempt: incident.attempt };
}

/**
 * Makes a dead or deferred incident due now: the same attempt, the same bytes, with a new day of tries. Gates and claims
 * still apply.
 */
export async function releaseIncident(
	effects: Effects,
	id: string,
	by: string,
	audit?: AuditEntry,
): Promise<ManualAction> {
	const incident = await findIncident(effects.journal, id);
	if (incident === undefined) return { ok: false, reason: "not_found" };
	const now = effects.now();
	const locked = await takeStep(effects.journal, id, {
		event: "released",
		reason: `released by ${by}`,
		now,
		audit,
		when: { seen: incident },
		set: { ...NO_WAIT, next_try_at: now },
	});
	if (locked === "refused") return { ok: false, reason: "not_now", status: incident.status };
	if (locked === "raced") return { ok: false, reason: "raced" };
	await effects.wake(id, 0);
	return { ok: true, status: "waiting", attempt: incident.attempt };
}
