import { backoffMs } from "../../wire/backoff.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";
import type { Gathering } from "../context/gather-context.ts";
import type { Effects } from "../effects.ts";
import { recordNotified } from "../journal/escalations.ts";
import { reschedule } from "../journal/incident-locks.ts";
import { endWait, type Wait, waitIncident } from "../journal/incident-waits.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { transit } from "../journal/state-machine.ts";
import { takeStep } from "../journal/transitions.ts";

/**
 * How long an incident's row is locked at a time, in milliseconds: longer than one send and its bookkeeping. After that, the
 * row of a consumer that died is free.
 */
export const LOCK_MS = 30_000;

/** The result of processing an incident once. */
export type Progress =
	/** Not due, ended, unknown, or locked by another consumer. */
	| { readonly state: "not_locked" }
	/** The attempts are used up: the caller notifies a person. */
	| { readonly state: "escalated" }
	/** Another consumer locked the row while this one worked; the other one's writes stand. */
	| { readonly state: "lock_lost" }
	| { readonly state: "running"; readonly coderun_name: string; readonly existed: boolean }
	/** Its failed jobs are run again first. */
	| { readonly state: "rerunning"; readonly reason: string }
	/** Decided, and not to be sent, or not before a person approves it. */
	| { readonly state: "observed" | "awaiting_approval"; readonly reason: string }
	| { readonly state: "waiting"; readonly reason: string; readonly next_try_at: number }
	/** Processing after its CodeRun failed; the state stays. */
	| { readonly state: "rescheduled"; readonly reason: string; readonly next_try_at: number }
	| { readonly state: "cancelled" | "superseded"; readonly reason: string }
	/** Another incident's agent fixes its cause; of one that was just decided, its row names the leader. */
	| { readonly state: "grouped"; readonly leader_id?: string }
	| { readonly state: "failed"; readonly reason: string }
	| { readonly state: "dead"; readonly reason: string };

// However long a claim still runs, the incident is retried after this: claims are also released early.
const LONGEST_WAIT_MS = 10 * MINUTE_MS;

/** Defers an incident for a claim, an agent or its turn. The try got an answer, so it is not a failure. */
export async function deferFor(
	effects: Effects,
	locked: LockedIncident,
	why: Pick<Wait, "reason" | "blocked_by" | "paused"> & {
		readonly blocked_on: string;
		readonly next_try_at?: number;
	},
): Promise<Progress> {
	const now = effects.now();
	const backoff = backoffMs(locked.tries, { random: effects.random() });
	const wait = why.next_try_at === undefined ? backoff : Math.max(1000, why.next_try_at - now);
	const next_try_at = now + Math.min(LONGEST_WAIT_MS, wait);
	return await waitUntil(effects, locked, { ...why, next_try_at, tries: locked.tries + 1, now });
}

/** Why an incident waits for a claim that another one has. */
export function heldBy(
	claim: string,
	holder: { readonly incident_id: string; readonly coderun_name: string },
): Pick<Wait, "reason" | "blocked_by"> {
	const { incident_id, coderun_name } = holder;
	return {
		reason: `claim ${claim} is held by incident ${incident_id} (${coderun_name})`,
		blocked_by: incident_id,
	};
}

/** Retries later, with growing delays; after a day of failures only, the incident is dead: shown, not lost. */
export async function failTry(effects: Effects, locked: LockedIncident, reason: string): Promise<Progress> {
	const now = effects.now();
	const failing_since = locked.failing_since ?? now;
	if (now - failing_since > DAY_MS) return await abandon(effects, locked, reason);
	const tries = locked.failing_since === null ? 0 : locked.tries;
	if (transit(locked.status, "deferred") !== undefined) {
		const next_try_at = now + backoffMs(tries, { random: effects.random() });
		return await waitUntil(effects, locked, { reason, next_try_at, failing_since, tries: tries + 1, now });
	}
	const next_try_at = now + backoffMs(tries, { longestMs: LONGEST_WAIT_MS, random: effects.random() });
	const off = { reason, next_try_at, failing_since, tries: tries + 1 };
	if (!(await reschedule(effects.journal, locked, off))) return { state: "lock_lost" };
	return { state: "rescheduled", reason, next_try_at };
}

/** Ends an incident that needs no agent any more. `also`: statements of the same transaction. */
export async function supersede(
	effects: Effects,
	locked: LockedIncident,
	reason: string,
	also?: readonly D1PreparedStatement[],
): Promise<Progress> {
	const end = { event: "superseded", reason, now: effects.now(), ...(also && { with: also }) } as const;
	return (await endWait(effects.journal, locked, end)) ? { state: "superseded", reason } : { state: "lock_lost" };
}

/** A remediation that has already ended keeps its state; the timeline or its reason notes what could not be done. */
async function abandon(effects: Effects, locked: LockedIncident, reason: string): Promise<Progress> {
	const now = effects.now();
	if (transit(locked.status, "abandoned") !== undefined) {
		const ended = await endWait(effects.journal, locked, { event: "abandoned", reason, now });
		return ended ? { state: "dead", reason } : { state: "lock_lost" };
	}
	if (locked.status === "escalated") {
		await recordNotified(effects.journal, locked, { url: null, note: `nobody was notified: ${reason}`, now });
		return { state: "dead", reason };
	}
	await takeStep(effects.journal, locked.id, { event: "abandoned", reason, now, when: locked });
	const off = { reason, next_try_at: null, failing_since: null, tries: 0 };
	return (await reschedule(effects.journal, locked, off)) ? { state: "dead", reason } : { state: "lock_lost" };
}

/** Defers until `next_try_at`, releases the lock, and schedules the wake-up. */
async function waitUntil(effects: Effects, locked: LockedIncident, waiting: Wait): Promise<Progress> {
	if (!(await waitIncident(effects.journal, locked, waiting))) return { state: "lock_lost" };
	const { reason, next_try_at, now } = waiting;
	await effects.wake(locked.id, next_try_at - now);
	return { state: "waiting", reason, next_try_at };
}

/**
 * Defers an incident that cannot go on without GitHub's answer: until the time that a rate limit names, else with growing
 * delays.
 */
export async function waitForGitHub(
	effects: Effects,
	locked: LockedIncident,
	{ why, untilMs }: { readonly why: string; readonly untilMs: number | undefined },
): Promise<Progress> {
	const deferred = untilMs === undefined ? undefined : await deferForRateLimit(effects, locked, { untilMs, why });
	return deferred ?? (await failTry(effects, locked, why));
}

// GitHub's limits are per hour. After a few of them, the remediation matters more than the missing part.
const LONGEST_DEFERRAL_MS = 3 * HOUR_MS;
const LONGEST_RATE_LIMIT_WAIT_MS = 65 * MINUTE_MS;
// Spreads incidents that waited for the same reset.
const SPREAD_MS = 10_000;

/**
 * Defers an incident until the time that a source named, so that no part of its context is lost to a rate limit. Undefined
 * after three hours: the incident continues without that part.
 */
export async function deferForRateLimit(
	effects: Effects,
	locked: LockedIncident,
	{ untilMs, why }: NonNullable<Gathering["deferred"]>,
): Promise<Progress | undefined> {
	const now = effects.now();
	const failing_since = locked.failing_since ?? now;
	if (now - failing_since >= LONGEST_DEFERRAL_MS) return undefined;
	const wait = Math.min(LONGEST_RATE_LIMIT_WAIT_MS, Math.max(1000, untilMs - now));
	const next_try_at = Math.round(now + wait + effects.random() * SPREAD_MS);
	return await waitUntil(effects, locked, { reason: why, next_try_at, failing_since, tries: locked.tries, now });
}
