import { messageId } from "../../wire/coderun-name.ts";
import type { Effects } from "../effects.ts";
import { capTarget, giveBackPlace, heldByCap, heldByPause } from "../guards/hold-back.ts";
import type { AttemptRow } from "../journal/attempt-row.ts";
import { findAttempt } from "../journal/find-attempt.ts";
import { firstInLine } from "../journal/first-in-line.ts";
import type { TakenIncident } from "../journal/incident-row.ts";
import { holdIncident, takeIncident } from "../journal/take-incident.ts";
import { type Log, messageOf } from "../log.ts";
import { settleRemediation } from "../remediation/settle-remediation.ts";
import { tellPerson } from "../remediation/tell-person.ts";
import { endSuperseded } from "../superseded/end-superseded.ts";
import { concludeSend } from "./conclude-send.ts";
import { decideAttempt } from "./decide-attempt.ts";
import { HOLD_MS } from "./hold.ts";
import { failTry, layAside } from "./lay-aside.ts";
import type { Progress } from "./progress.ts";
import { claimTarget, readRequest, waitTargets } from "./wait-targets.ts";

// Behind others, an incident is woken when they go on; this is how often it looks by itself.
const LOOK_FROM_BEHIND_MS = 30_000;

/**
 * Brings one incident as far as it gets now: take its row, decide unless decided, queue behind older ones, look at the
 * claims, send. Every step may run twice, here or in another consumer: the decision is stored before the first send,
 * and whoever lost the row writes nothing (DESIGN sections 3.1 and 5).
 */
export async function processIncident(effects: Effects, id: string): Promise<Progress> {
	// What was told meanwhile may have ended it, or begun its next attempt.
	const seen = await settleRemediation(effects, id);
	if (seen?.status === "escalated") return await tellPerson(effects, seen);
	const now = effects.now();
	const taken = await takeIncident(effects.journal, id, {
		now,
		lock: effects.newId(),
		locked_until: now + HOLD_MS,
	});
	if (taken === undefined) return { state: "not_taken" };

	const log = effects.log.with({ incident_id: id, delivery_id: firstDelivery(taken), attempt: taken.attempt });
	try {
		const progress = await goOn(effects, taken, log);
		log.info("incident looked at", { ...progress });
		return progress;
	} catch (cause) {
		// A bug, or the journal failing half-way: tried again later, and dead after a day of it.
		log.error("working on the incident failed", { cause: messageOf(cause) });
		return await failTry(effects, taken, `internal error: ${messageOf(cause)}`);
	}
}

async function goOn(effects: Effects, taken: TakenIncident, log: Log): Promise<Progress> {
	const attempt =
		(await findAttempt(effects.journal, taken.id, taken.attempt)) ?? (await decideAttempt(effects, taken));
	return "state" in attempt ? attempt : await trySpawn(effects, taken, attempt, log);
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

function firstDelivery(taken: TakenIncident): string {
	const { delivery_id } = JSON.parse(taken.incident);
	return String(delivery_id);
}
