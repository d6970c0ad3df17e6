import { messageId } from "../../wire/coderun-name.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { TRACEPARENT_ANNOTATION } from "../../wire/trace.ts";
import type { Effects } from "../effects.ts";
import { type AttemptRow, findAttempt } from "../journal/attempts.ts";
import { heldClaims } from "../journal/held-claims.ts";
import { extendLock, isDueToSend, lockIncident, releaseIncidentLock } from "../journal/incident-locks.ts";
import { nextInQueue } from "../journal/incident-queue.ts";
import { blockers, claimBlocker, readRequest } from "../journal/incident-waits.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { needStored, readStored } from "../journal/stored-json.ts";
import { describeCause, type Log } from "../log.ts";
import { reconcile } from "../remediation/reconcile.ts";
import { incidentTrace } from "../runtime/trace.ts";
import { awaitAttemptResult } from "./attempt-result.ts";
import { checkStarts } from "./check-starts.ts";
import { concludeSend } from "./conclude-send.ts";
import { decideAttempt } from "./decide-attempt.ts";
import { checkPause, checkRateLimit, rateLimitBlocker, releaseSlot } from "./gates.ts";
import { endSuperseded } from "./superseded.ts";
import { deferFor, failTry, heldBy, LOCK_MS, type Progress } from "./waiting.ts";

// Incidents ahead wake those behind them; this is how often a queued incident is retried otherwise.
const QUEUED_RETRY_MS = 30_000;

/**
 * Processes one incident as far as possible: lock its row, reconcile, decide unless decided, queue behind those that go
 * first, check the claims, send. Every step may run twice, here or in another consumer: the decision is stored before the first
 * send, and a consumer that lost the lock writes nothing. Any error defers this incident with growing delays, and ends its
 * retries after a day.
 */
export async function processIncident(effects: Effects, id: string): Promise<Progress> {
	const now = effects.now();
	const locked = await lockIncident(effects.journal, id, { now, lock: effects.newId(), locked_until: now + LOCK_MS });
	if (locked === undefined) return { state: "not_locked" };

	const { trace_id } = incidentTrace(locked);
	const log = effects.log.with({ incident_id: id, trace_id, ...deliveryOf(locked), attempt: locked.attempt });
	try {
		const progress = await processLocked(effects, locked, log);
		if (progress.state !== "not_locked") log.info("incident processed", { ...progress });
		return progress;
	} catch (cause) {
		// A damaged row, a bug, or a failure of the journal.
		const reason = describeCause(cause);
		log.error("processing the incident failed", { cause });
		return await failTry(effects, locked, reason);
	}
}

async function processLocked(effects: Effects, locked: LockedIncident, log: Log): Promise<Progress> {
	// This may end the incident, or start its next attempt.
	const seen = await reconcile(effects, locked.id, locked.lock);
	const isHeld = seen?.lock === locked.lock;
	if (isHeld && isDueToSend(seen, effects.now())) return await send(effects, { ...seen, lock: locked.lock }, log);
	if (isHeld) await releaseIncidentLock(effects.journal, locked);
	return { state: seen?.status === "escalated" ? "escalated" : "not_locked" };
}

async function send(effects: Effects, locked: LockedIncident, log: Log): Promise<Progress> {
	// The first decision names the agent.
	const isDecided = locked.agent !== null;
	const stored = isDecided ? await findAttempt(effects.journal, locked.id, locked.attempt) : undefined;
	if (stored !== undefined) return await trySpawn(effects, locked, stored, log);
	needStored("incidents.explanation", locked.explanation, locked.id);
	const decided = await decideAttempt(effects, locked);
	return "state" in decided ? decided : await trySpawn(effects, decided.locked, decided.attempt, log);
}

async function trySpawn(effects: Effects, locked: LockedIncident, attempt: AttemptRow, log: Log): Promise<Progress> {
	const request = readRequest(attempt);
	const targets = blockers(request);

	const paused = await checkPause(effects, locked, targets);
	if (paused !== undefined) return await deferFor(effects, locked, paused);

	const result = await awaitAttemptResult(effects, locked, request);
	if (result !== undefined) return result;

	const ahead = await firstAhead(effects, locked, request);
	if (ahead !== undefined) {
		return await deferFor(effects, locked, {
			reason: `behind incident ${ahead.id}, which waits for ${ahead.blocked_on}`,
			blocked_on: ahead.blocked_on,
			blocked_by: ahead.id,
			next_try_at: Math.max(ahead.next_try_at, effects.now()) + QUEUED_RETRY_MS,
		});
	}

	const hold = await effects.claims.findConflict(request.claims, locked.id);
	if (hold !== undefined) {
		return await deferFor(effects, locked, {
			...heldBy(hold.claim.name, hold.holder),
			blocked_on: claimBlocker(hold.claim),
			next_try_at: hold.holder.until,
		});
	}

	const superseded = await endSuperseded(effects, locked, request);
	if (superseded !== undefined) return superseded;

	const unstarted = await checkStarts(effects, locked, targets);
	if (unstarted !== undefined) return await deferFor(effects, locked, unstarted);

	const capped = await checkRateLimit(effects, locked);
	if (capped !== undefined) return await deferFor(effects, locked, capped);

	if (!(await extendLock(effects.journal, locked, effects.now() + LOCK_MS))) return { state: "lock_lost" };
	const trace = request.coderun.metadata.annotations[TRACEPARENT_ANNOTATION];
	const answer = await effects.sendSpawn(messageId(locked.id, locked.attempt), attempt.request, trace);
	if (!answer.ok) log.warn("the spawn request got no result", { reason: answer.reason });
	await releaseSlot(effects, locked, answer);
	return await concludeSend(effects, locked, request, answer);
}

/** The incident that it queues behind: whoever holds its claims does not queue for them. */
async function firstAhead(effects: Effects, locked: LockedIncident, request: SpawnRequest) {
	const now = effects.now();
	const needs = {
		targets: [...blockers(request), rateLimitBlocker(locked)],
		held: await heldClaims(effects.journal, locked, now),
		agent: request.max_active > 0 ? request.agent : undefined,
	};
	return await nextInQueue(effects.journal, locked, needs, now);
}

/** The delivery that opened the incident, if its row can be read. */
function deliveryOf(locked: LockedIncident): { readonly delivery_id?: string } {
	const read = readStored("incidents.incident", locked.incident);
	return read.ok ? { delivery_id: read.value.delivery_id } : {};
}
