import { messageId } from "../../wire/coderun-name.ts";
import type { Effects } from "../effects.ts";
import { capTarget, giveBackPlace, heldByCap, heldByPause } from "../guards/hold-back.ts";
import type { AttemptRow } from "../journal/attempt-row.ts";
import { findAttempt } from "../journal/find-attempt.ts";
import { firstInLine } from "../journal/first-in-line.ts";
import type { TakenIncident } from "../journal/incident-row.ts";
import { needStored, readStored } from "../journal/stored-json.ts";
import { holdIncident, isDueToSend, releaseIncidentLock, takeIncident } from "../journal/take-incident.ts";
import type { Log } from "../log.ts";
import { settleRemediation } from "../remediation/settle-remediation.ts";
import { endSuperseded } from "../superseded/end-superseded.ts";
import { concludeSend } from "./conclude-send.ts";
import { decideAttempt } from "./decide-attempt.ts";
import { HOLD_MS } from "./hold.ts";
import { describeCause, failTry, layAside } from "./lay-aside.ts";
import type { Progress } from "./progress.ts";
import { claimTarget, readRequest, waitTargets } from "./wait-targets.ts";

// Behind others, an incident is woken when they go on; this is how often it looks by itself.
const LOOK_FROM_BEHIND_MS = 30_000;

/**
 * Brings one incident as far as it gets now: lock its row, follow what became known, decide unless decided, queue behind
 * older ones, look at the claims, send. Every step may run twice, here or in another consumer: the decision is stored
 * before the first send, and whoever lost the row writes nothing. Whatever goes wrong puts this incident off, later each
 * time, and ends its tries after a day.
 */
export async function processIncident(effects: Effects, id: string): Promise<Progress> {
	const now = effects.now();
	const taken = await takeIncident(effects.journal, id, { now, lock: effects.newId(), locked_until: now + HOLD_MS });
	if (taken === undefined) return { state: "not_taken" };

	const log = effects.log.with({ incident_id: id, ...deliveryOf(taken), attempt: taken.attempt });
	try {
		const progress = await goOn(effects, taken, log);
		if (progress.state !== "not_taken") log.info("incident looked at", { ...progress });
		return progress;
	} catch (cause) {
		// A damaged row, a bug, or the journal failing half-way.
		const reason = describeCause(cause);
		log.error("working on the incident failed", { cause: reason });
		return await failTry(effects, taken, reason);
	}
}

async function goOn(effects: Effects, taken: TakenIncident, log: Log): Promise<Progress> {
	// What became known meanwhile may have ended it, or begun its next attempt.
	const seen = await settleRemediation(effects, taken.id, taken.lock);
	const isHeld = seen?.lock === taken.lock;
	if (isHeld && isDueToSend(seen, effects.now())) return await send(effects, { ...seen, lock: taken.lock }, log);
	if (isHeld) await releaseIncidentLock(effects.journal, taken);
	return { state: seen?.status === "escalated" ? "escalated" : "not_taken" };
}

async function send(effects: Effects, taken: TakenIncident, log: Log): Promise<Progress> {
	const stored = await findAttempt(effects.journal, taken.id, taken.attempt);
	if (stored !== undefined) return await trySpawn(effects, taken, stored, log);
	needStored("incidents.explanation", taken.explanation, taken.id);
	const decided = await decideAttempt(effects, taken);
	return "state" in decided ? decided : await trySpawn(effects, taken, decided, log);
}

async function trySpawn(effects: Effects, taken: TakenIncident, attempt: AttemptRow, log: Log): Promise<Progress> {
	const request = readRequest(attempt);
	const targets = waitTargets(request);

	const paused = await heldByPause(effects, targets);
	if (paused !== undefined) return await layAside(effects, taken, paused);

	const ahead = await firstInLine(effects.journal, taken, [...targets, capTarget(taken)]);
	if (ahead !== undefined) {
		return await layAside(effects, taken, {
			reason: `behind incident ${ahead.id}, which waits for ${ahead.waits_for}`,
			waits_for: ahead.waits_for,
			next_try_at: Math.max(ahead.next_try_at, effects.now()) + LOOK_FROM_BEHIND_MS,
		});
	}

	const hold = await effects.claims.heldByAnother(request.claims, taken.id);
	if (hold !== undefined) {
		return await layAside(effects, taken, {
			reason: `claim ${hold.claim.name} is held by incident ${hold.holder.incident_id} (${hold.holder.coderun_name})`,
			waits_for: claimTarget(hold.claim),
			next_try_at: hold.holder.until,
		});
	}

	const superseded = await endSuperseded(effects, taken, request);
	if (superseded !== undefined) return superseded;

	const capped = await heldByCap(effects, taken);
	if (capped !== undefined) return await layAside(effects, taken, capped);

	if (!(await holdIncident(effects.journal, taken, effects.now() + HOLD_MS))) return { state: "lost" };
	const answer = await effects.sendSpawn(messageId(taken.id, taken.attempt), attempt.request);
	if (!answer.ok) log.warn("the spawn request got no result", { reason: answer.reason });
	await giveBackPlace(effects, taken, answer);
	return await concludeSend(effects, taken, request, answer);
}

/** The delivery that opened it, where that can be read. */
function deliveryOf(taken: TakenIncident): { readonly delivery_id?: string } {
	const read = readStored("incidents.incident", taken.incident);
	return read.ok ? { delivery_id: read.value.delivery_id } : {};
}
