import type { Effects } from "../effects.ts";
import { endWait } from "../journal/end-wait.ts";
import type { LockedIncident } from "../journal/incident-row.ts";
import { reschedule } from "../journal/put-off.ts";
import { DamagedRow } from "../journal/stored-json.ts";
import { recordNotified } from "../journal/tell.ts";
import { takeStep } from "../journal/transition.ts";
import { type Wait, waitIncident } from "../journal/wait-incident.ts";
import { messageOf } from "../log.ts";
import { transit } from "../remediation/transitions.ts";
import { backoffMs } from "../spawn/backoff.ts";
import type { Progress } from "./progress.ts";

const DAY_MS = 24 * 3600 * 1000;
// However far off the time a claim names, it is looked at again: claims are given back early, too.
const LONGEST_WAIT_MS = 10 * 60 * 1000;

/** Lets an incident wait for a claim, an agent or its turn. Waiting got an answer, so it is no failure. */
export async function deferFor(
	effects: Effects,
	locked: LockedIncident,
	why: { readonly reason: string; readonly blocked_on: string; readonly next_try_at?: number },
): Promise<Progress> {
	const now = effects.now();
	const backoff = backoffMs(locked.tries, effects.random());
	const wait = why.next_try_at === undefined ? backoff : Math.max(1000, why.next_try_at - now);
	const next_try_at = now + Math.min(LONGEST_WAIT_MS, wait);
	const { reason, blocked_on } = why;
	return await waitUntil(effects, locked, { reason, blocked_on, next_try_at, tries: locked.tries + 1, now });
}

/** Tries again later, later each time; after a day of nothing but failures the incident is dead: shown, not lost. */
export async function failTry(effects: Effects, locked: LockedIncident, reason: string): Promise<Progress> {
	const now = effects.now();
	const failing_since = locked.failing_since ?? now;
	if (now - failing_since > DAY_MS) return await abandon(effects, locked, reason);
	const tries = locked.failing_since === null ? 0 : locked.tries;
	if (transit(locked.status, "deferred") !== undefined) {
		const next_try_at = now + backoffMs(tries, effects.random());
		return await waitUntil(effects, locked, { reason, next_try_at, failing_since, tries: tries + 1, now });
	}
	const next_try_at = now + backoffMs(tries, effects.random(), LONGEST_WAIT_MS / 1000);
	const off = { reason, next_try_at, failing_since, tries: tries + 1 };
	if (!(await reschedule(effects.journal, locked, off))) return { state: "lock_lost" };
	return { state: "rescheduled", reason, next_try_at };
}

/** A remediation that is at its end already keeps its state: what cannot be done about it any more is noted. */
async function abandon(effects: Effects, locked: LockedIncident, reason: string): Promise<Progress> {
	const now = effects.now();
	if (transit(locked.status, "abandoned") !== undefined) {
		const ended = await endWait(effects.journal, locked, { event: "abandoned", reason, now });
		return ended ? { state: "dead", reason } : { state: "lock_lost" };
	}
	if (locked.status === "escalated") {
		await recordNotified(effects.journal, locked, { url: null, note: `nobody was told: ${reason}`, now });
		return { state: "dead", reason };
	}
	await takeStep(effects.journal, locked.id, { event: "abandoned", reason, now, when: locked });
	const off = { reason, next_try_at: null, failing_since: null, tries: 0 };
	return (await reschedule(effects.journal, locked, off)) ? { state: "dead", reason } : { state: "lock_lost" };
}

/** For people: a damaged row by its column, anything else as a fault of the worker. */
export function describeCause(cause: unknown): string {
	return cause instanceof DamagedRow ? cause.message : `internal error: ${messageOf(cause)}`;
}

/** Gives the row back until `next_try_at`, and has it looked at then. */
export async function waitUntil(effects: Effects, locked: LockedIncident, waiting: Wait): Promise<Progress> {
	if (!(await waitIncident(effects.journal, locked, waiting))) return { state: "lock_lost" };
	const { reason, next_try_at, now } = waiting;
	await effects.wake(locked.id, next_try_at - now);
	return { state: "waiting", reason, next_try_at };
}
