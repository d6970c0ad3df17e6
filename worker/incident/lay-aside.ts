import type { Effects } from "../effects.ts";
import { endWait } from "../journal/end-wait.ts";
import type { TakenIncident } from "../journal/incident-row.ts";
import { putOff } from "../journal/put-off.ts";
import { DamagedRow } from "../journal/stored-json.ts";
import { recordTold } from "../journal/tell.ts";
import { takeStep } from "../journal/transition.ts";
import { type Waiting, waitIncident } from "../journal/wait-incident.ts";
import { messageOf } from "../log.ts";
import { transit } from "../remediation/transitions.ts";
import { backoffMs } from "../spawn/backoff.ts";
import type { Progress } from "./progress.ts";

const DAY_MS = 24 * 3600 * 1000;
// However far off the time a claim names, it is looked at again: claims are given back early, too.
const LONGEST_WAIT_MS = 10 * 60 * 1000;

/** Lets an incident wait for a claim, an agent or its turn. Waiting got an answer, so it is no failure. */
export async function layAside(
	effects: Effects,
	taken: TakenIncident,
	why: { readonly reason: string; readonly waits_for: string; readonly next_try_at?: number },
): Promise<Progress> {
	const now = effects.now();
	const backoff = backoffMs(taken.tries, effects.random());
	const wait = why.next_try_at === undefined ? backoff : Math.max(1000, why.next_try_at - now);
	const next_try_at = now + Math.min(LONGEST_WAIT_MS, wait);
	const { reason, waits_for } = why;
	return await waitUntil(effects, taken, { reason, waits_for, next_try_at, tries: taken.tries + 1, now });
}

/** Tries again later, later each time; after a day of nothing but failures the incident is dead: shown, not lost. */
export async function failTry(effects: Effects, taken: TakenIncident, reason: string): Promise<Progress> {
	const now = effects.now();
	const failing_since = taken.failing_since ?? now;
	if (now - failing_since > DAY_MS) return await abandon(effects, taken, reason);
	const tries = taken.failing_since === null ? 0 : taken.tries;
	if (transit(taken.status, "held_back") !== undefined) {
		const next_try_at = now + backoffMs(tries, effects.random());
		return await waitUntil(effects, taken, { reason, next_try_at, failing_since, tries: tries + 1, now });
	}
	const next_try_at = now + backoffMs(tries, effects.random(), LONGEST_WAIT_MS / 1000);
	const off = { reason, next_try_at, failing_since, tries: tries + 1 };
	if (!(await putOff(effects.journal, taken, off))) return { state: "lost" };
	return { state: "put_off", reason, next_try_at };
}

/** A remediation that is at its end already keeps its state: what cannot be done about it any more is noted. */
async function abandon(effects: Effects, taken: TakenIncident, reason: string): Promise<Progress> {
	const now = effects.now();
	if (transit(taken.status, "given_up") !== undefined) {
		const ended = await endWait(effects.journal, taken, { event: "given_up", reason, now });
		return ended ? { state: "dead", reason } : { state: "lost" };
	}
	if (taken.status === "escalated") {
		await recordTold(effects.journal, taken, { url: null, note: `nobody was told: ${reason}`, now });
		return { state: "dead", reason };
	}
	await takeStep(effects.journal, taken.id, { event: "given_up", reason, now, when: taken });
	const off = { reason, next_try_at: null, failing_since: null, tries: 0 };
	return (await putOff(effects.journal, taken, off)) ? { state: "dead", reason } : { state: "lost" };
}

/** For people: a damaged row by its column, anything else as a fault of the worker. */
export function describeCause(cause: unknown): string {
	return cause instanceof DamagedRow ? cause.message : `internal error: ${messageOf(cause)}`;
}

/** Gives the row back until `next_try_at`, and has it looked at then. */
export async function waitUntil(effects: Effects, taken: TakenIncident, waiting: Waiting): Promise<Progress> {
	if (!(await waitIncident(effects.journal, taken, waiting))) return { state: "lost" };
	const { reason, next_try_at, now } = waiting;
	await effects.wake(taken.id, next_try_at - now);
	return { state: "waiting", reason, next_try_at };
}
