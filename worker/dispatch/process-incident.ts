import { messageId } from "../../wire/coderun-name.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { TRACEPARENT_ANNOTATION } from "../../wire/trace.ts";
import type { Effects } from "../effects.ts";
import type { AttemptRow } from "../journal/attempts.ts";
import { type GateRows, readGates } from "../journal/gate-rows.ts";
import { heldClaims } from "../journal/held-claims.ts";
import { extendLock, isDueToSend, lockIncident, releaseIncidentLock } from "../journal/incident-locks.ts";
import { type IncidentSnapshot, readSnapshot } from "../journal/incident-snapshot.ts";
import { blockers, claimBlocker } from "../journal/incident-waits.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { requestBody } from "../journal/packed-decision.ts";
import { unpackJson } from "../journal/packed-json.ts";
import { needStored, readStored } from "../journal/stored-json.ts";
import { describeCause, type Log } from "../log.ts";
import { reconcile } from "../remediation/reconcile.ts";
import { incidentTrace } from "../runtime/trace.ts";
import { ASKING_WHERE_MS } from "./ask-where.ts";
import { awaitAttemptResult } from "./attempt-result.ts";
import { checkStarts } from "./check-starts.ts";
import { concludeSend } from "./conclude-send.ts";
import { type Decided, decideAttempt } from "./decide-attempt.ts";
import { checkLimits, checkPause, releaseSlot } from "./gates.ts";
import { follow, groupRules } from "./group.ts";
import { endSuperseded } from "./superseded.ts";
import { deferFor, failTry, heldBy, LOCK_MS, type Progress } from "./waiting.ts";

// Incidents ahead wake those behind them; this is how often a queued incident is retried otherwise.
const QUEUED_RETRY_MS = 30_000;
// How old a renewal of the lock may be when the request is sent.
const RENEWED_WITHIN_MS = 3_000;

/**
 * Processes one incident as far as possible: lock its row, reconcile, decide unless decided, queue behind those that go
 * first, check the claims, send. Every step may run twice, here or in another consumer: the decision is stored before the first
 * send, and a consumer that lost the lock writes nothing. Any error defers this incident with growing delays, and ends its
 * retries after a day. An ordinary one takes three calls to the journal: it is locked and read by one, decided by one, and
 * concluded by one.
 */
export async function processIncident(effects: Effects, id: string): Promise<Progress> {
	const snapshot = await lockWithSnapshot(effects, id);
	if (snapshot === undefined) return { state: "not_locked" };

	const { locked } = snapshot;
	const { trace_id } = incidentTrace(locked);
	const log = effects.log.with({ incident_id: id, trace_id, ...deliveryOf(locked), attempt: locked.attempt });
	try {
		if ("unreadable" in snapshot) throw snapshot.unreadable;
		const progress = await processLocked(effects, snapshot, log);
		if (progress.state !== "not_locked") log.info("incident processed", { ...progress });
		return progress;
	} catch (cause) {
		// A damaged row, a bug, or a failure of the journal.
		const reason = describeCause(cause);
		log.error("processing the incident failed", { cause });
		return await failTry(effects, locked, reason);
	}
}

/** If what it depends on cannot be read, it is locked alone, and deferred. */
async function lockWithSnapshot(effects: Effects, id: string) {
	const now = effects.now();
	const at = { now, lock: effects.newId(), locked_until: now + LOCK_MS };
	try {
		const { gathering_ms } = await effects.engine();
		return await readSnapshot(effects.journal, id, {
			...at,
			undecided_until: at.locked_until + gathering_ms + ASKING_WHERE_MS,
		});
	} catch (unreadable) {
		const locked = await lockIncident(effects.journal, id, at);
		return locked && { locked, unreadable };
	}
}

async function processLocked(effects: Effects, snapshot: IncidentSnapshot, log: Log): Promise<Progress> {
	const { locked, state: read } = snapshot;
	// This may end the incident, or start its next attempt.
	const seen = await reconcile(effects, locked.id, { lock: locked.lock, read });
	const isHeld = seen?.lock === locked.lock;
	if (isHeld && isDueToSend(seen, effects.now())) {
		return await send(effects, { ...snapshot, locked: { ...seen, lock: locked.lock } }, log);
	}
	if (isHeld) await releaseIncidentLock(effects.journal, locked);
	return { state: seen?.status === "escalated" ? "escalated" : "not_locked" };
}

async function send(effects: Effects, snapshot: IncidentSnapshot, log: Log): Promise<Progress> {
	const { locked, attempt } = snapshot;
	if (attempt !== undefined) return await trySpawn(effects, { locked, attempt, gates: undefined }, log);
	needStored("incidents.explanation", unpackJson(locked.explanation), locked.id);
	const decided = await decideAttempt(effects, snapshot);
	return "state" in decided ? decided : await trySpawn(effects, decided, log);
}

async function trySpawn(effects: Effects, decided: Decided, log: Log): Promise<Progress> {
	const { locked, attempt } = decided;
	mayBeSent(attempt);
	const body = await requestBody(effects.journal, attempt);
	const request = needStored("attempts.request", body, locked.id);
	const targets = blockers(request);
	const gates = decided.gates ?? (await gatesOf(effects, locked, request));
	if (!gates.isHeld) return { state: "lock_lost" };

	const grouped = gates.follows && (await follow(effects, locked, request, gates.follows));
	if (grouped) return grouped;

	const paused = await checkPause(effects, locked, targets, gates.pause);
	if (paused !== undefined) return await deferFor(effects, locked, paused);

	const result = await awaitAttemptResult(effects, locked, request, gates.cause);
	if (result !== undefined) return result;

	const { ahead } = gates;
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

	const superseded = await endSuperseded(effects, locked, request, attempt.approved_at !== null);
	if (superseded !== undefined) return superseded;

	const unstarted = await checkStarts(effects, locked, targets, gates.stall);
	if (unstarted !== undefined) return await deferFor(effects, locked, unstarted);

	const limited = await checkLimits(effects, locked, request);
	if (limited !== undefined) return await deferFor(effects, locked, limited);

	if (!(await isHeldForSend(effects, locked, gates))) return { state: "lock_lost" };
	const trace = request.coderun.metadata.annotations[TRACEPARENT_ANNOTATION];
	const answer = await effects.sendSpawn(messageId(locked.id, locked.attempt), body, trace);
	if (!answer.ok) log.warn("the spawn request got no result", { reason: answer.reason });
	await releaseSlot(effects, locked, request, answer);
	return await concludeSend(effects, locked, request, answer);
}

/** Its status says so already, in the transaction of its decision (`journal/held-decisions.ts`). */
function mayBeSent({ incident_id, autonomy, approved_at }: AttemptRow): void {
	if (autonomy === null || (autonomy === "approve" && approved_at !== null)) return;
	throw new Error(`incident ${incident_id}: autonomy is ${autonomy}, and its decision was about to be sent`);
}

/** Of a decision that was stored earlier: whoever holds its claims does not queue for them. */
async function gatesOf(effects: Effects, locked: LockedIncident, request: SpawnRequest): Promise<GateRows> {
	const { journal } = effects;
	const now = effects.now();
	const held = await heldClaims(journal, locked, now);
	const groups = groupRules(await effects.engine(), locked.repository);
	return await readGates(journal, locked, request, { held, groups, now, locked_until: now + LOCK_MS });
}

/** The lock was renewed with the decision, or with the gates. What took its time since then takes it from the send. */
async function isHeldForSend(effects: Effects, locked: LockedIncident, { locked_until }: GateRows): Promise<boolean> {
	const now = effects.now();
	if (locked_until - now > LOCK_MS - RENEWED_WITHIN_MS) return true;
	return await extendLock(effects.journal, locked, now + LOCK_MS);
}

/** The delivery that opened the incident, if its row can be read. */
function deliveryOf(locked: LockedIncident): { readonly delivery_id?: string } {
	const read = readStored("incidents.incident", locked.incident);
	return read.ok ? { delivery_id: read.value.delivery_id } : {};
}
