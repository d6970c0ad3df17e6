import type { SpawnRequest, SpawnResult } from "../../wire/spawn.ts";
import type { Effects } from "../effects.ts";
import { wakeHolder, wakeWaiting } from "../journal/incident-queue.ts";
import { agentBlocker, blockers, claimBlocker, endWait, startRunning } from "../journal/incident-waits.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { limitBlockers } from "../journal/rate-limit-slots.ts";
import type { SpawnAnswer } from "../relay/send-spawn.ts";
import { askRelayAt, overdueOf } from "../remediation/load-state.ts";
import { reconcile } from "../remediation/reconcile.ts";
import { findExistingCodeRun, isFixable, waitForFix } from "./after-refusal.ts";
import { deferFor, failTry, heldBy, type Progress, supersede } from "./waiting.ts";

/** Records what the relay's answer means for the incident. */
export async function concludeSend(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
	answer: SpawnAnswer,
): Promise<Progress> {
	if (!answer.ok) {
		return answer.isFinal
			? await takeOver(effects, locked, request, answer.reason)
			: await failTry(effects, locked, answer.reason);
	}
	const { result } = answer;
	switch (result.result) {
		case "created":
		case "exists":
			return await run(effects, locked, request, result);
		case "held":
			return await waitForHolder(effects, locked, request, result);
		case "busy":
			return await deferFor(effects, locked, {
				reason: busyReason(result),
				blocked_on: agentBlocker(result.agent),
				...untilOf(result.until ?? null),
			});
		case "refused": {
			const reason = `the relay refused: ${result.reason}: ${result.detail}`;
			if (isFixable(result.reason)) return await waitForFix(effects, locked, reason);
			if (result.reason === "earlier_attempt") return await takeOver(effects, locked, request, reason);
			return await giveUp(effects, locked, request, reason);
		}
		default:
			return result satisfies never;
	}
}

async function waitForHolder(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
	held: Extract<SpawnResult, { result: "held" }>,
): Promise<Progress> {
	const progress = await deferFor(effects, locked, {
		...heldBy(held.claim, { incident_id: held.by, coderun_name: held.coderun_name }),
		blocked_on: heldBlocker(request, held.claim),
		...untilOf(held.until),
	});
	const isWoken = await wakeHolder(effects.journal, held.by, locked, effects.now());
	if (isWoken) await effects.wake(held.by, 0);
	return progress;
}

function busyReason({ agent, active, limit, until }: Extract<SpawnResult, { result: "busy" }>): string {
	if (until !== undefined) return `the relay created ${active} CodeRuns within an hour, the limit of its ${limit}`;
	const by = limit === undefined ? "" : `, the limit of the relay's ${limit}`;
	return `agent ${agent} has ${active} unfinished CodeRuns${by}`;
}

async function run(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
	seen: Extract<SpawnResult, { coderun_name: string; result: "created" | "exists" }>,
): Promise<Progress> {
	const { coderun_name } = seen;
	const existed = seen.result === "exists";
	const now = effects.now();
	const times = { spawned_at: now, deadline_s: request.deadline_s ?? null };
	const follow_at = existed ? now : askRelayAt(times, overdueOf(times, effects.overdueAfterMs));
	const { agent } = request;
	const read = await startRunning(effects.journal, locked, { coderun_name, agent, existed, follow_at, now });
	if (read === undefined) return { state: "lock_lost" };
	await effects.claims.remember(request.claims, locked.id, coderun_name);
	// Its outcome may have arrived before this answer.
	await reconcile(effects, locked.id, { read });
	await wakeQueued(effects, locked, request);
	return { state: "running", coderun_name, existed };
}

/** Follows the CodeRun that the cluster already has for this attempt, made from another request. */
async function takeOver(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
	reason: string,
): Promise<Progress> {
	const { name } = request.coderun.metadata;
	const found = await findExistingCodeRun(effects, locked, { coderun_name: name, reason });
	if (found === undefined) return await giveUp(effects, locked, request, reason);
	return "state" in found ? found : await run(effects, locked, request, { result: "exists", ...found });
}

async function giveUp(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
	reason: string,
): Promise<Progress> {
	if (!(await endWait(effects.journal, locked, { event: "refused", reason, now: effects.now() }))) {
		return { state: "lock_lost" };
	}
	await wakeQueued(effects, locked, request);
	return { state: "failed", reason };
}

/** Ends an incident that was decided and needs no agent any more, and wakes what queued behind it. */
export async function supersedeDecided(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
	reason: string,
): Promise<Progress> {
	const ended = await supersede(effects, locked, reason);
	if (ended.state === "superseded") await wakeQueued(effects, locked, request);
	return ended;
}

/** Wakes the incidents that queued behind this one. */
export async function wakeQueued(effects: Effects, locked: LockedIncident, request: SpawnRequest): Promise<void> {
	if (locked.blocked_on === null) return;
	const targets = [...blockers(request), ...limitBlockers({ ...locked, agent: request.agent })];
	const woken = await wakeWaiting(effects.journal, targets, effects.now());
	await Promise.all(woken.map((id) => effects.wake(id, 0)));
}

/** Maps the relay's name of a claim to a blocker. `incident` is the incident's own claim and not in the request. */
function heldBlocker(request: SpawnRequest, name: string): string {
	const claim = request.claims.find((one) => one.name === name);
	return claim === undefined ? `incident:${request.incident_id}` : claimBlocker(claim);
}

function untilOf(until: string | null): { readonly next_try_at?: number } {
	const at = until === null ? Number.NaN : Date.parse(until);
	return Number.isNaN(at) ? {} : { next_try_at: at };
}
