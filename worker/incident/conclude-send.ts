import type { SpawnRequest, SpawnResult } from "../../wire/spawn.ts";
import type { Effects } from "../effects.ts";
import { endWait } from "../journal/end-wait.ts";
import type { TakenIncident } from "../journal/incident-row.ts";
import { wakeWaiting } from "../journal/wake-waiting.ts";
import { settleRemediation } from "../remediation/settle-remediation.ts";
import type { SpawnAnswer } from "../spawn/relay-client.ts";
import { findWhatIsThere, isCurable, waitForCure } from "./after-refusal.ts";
import { failTry, layAside } from "./lay-aside.ts";
import type { Progress } from "./progress.ts";
import { agentTarget, claimTarget, waitTargets } from "./wait-targets.ts";

/** Writes down what the relay's answer means for the incident. */
export async function concludeSend(
	effects: Effects,
	taken: TakenIncident,
	request: SpawnRequest,
	answer: SpawnAnswer,
): Promise<Progress> {
	if (!answer.ok) {
		return answer.for_good
			? await takeOver(effects, taken, request, answer.reason)
			: await failTry(effects, taken, answer.reason);
	}
	const { result } = answer;
	switch (result.result) {
		case "created":
		case "exists":
			return await run(effects, taken, request, result);
		case "held":
			return await layAside(effects, taken, {
				reason: `claim ${result.claim} is held by incident ${result.by} (${result.coderun_name})`,
				waits_for: heldTarget(request, result.claim),
				...untilOf(result.until),
			});
		case "busy":
			return await layAside(effects, taken, {
				reason: `agent ${result.agent} has ${result.active} unfinished CodeRuns`,
				waits_for: agentTarget(result.agent),
			});
		case "refused": {
			const reason = `the relay refused: ${result.reason}: ${result.detail}`;
			if (isCurable(result.reason)) return await waitForCure(effects, taken, reason);
			if (result.reason === "earlier_attempt") return await takeOver(effects, taken, request, reason);
			return await giveUp(effects, taken, request, reason);
		}
		default:
			return result satisfies never;
	}
}

async function run(
	effects: Effects,
	taken: TakenIncident,
	request: SpawnRequest,
	seen: Extract<SpawnResult, { coderun_name: string; result: "created" | "exists" }>,
): Promise<Progress> {
	const { coderun_name } = seen;
	const existed = seen.result === "exists";
	const ended = await endWait(effects.journal, taken, { event: "spawned", coderun_name, existed, now: effects.now() });
	if (!ended) return { state: "lost" };
	await effects.claims.remember(request.claims, taken.id, coderun_name);
	// Its outcome may have come before this answer.
	await settleRemediation(effects, taken.id);
	await wakeNext(effects, taken, request);
	return { state: "running", coderun_name, existed };
}

/** Follows the CodeRun that the cluster has of this attempt already, made of another request. */
async function takeOver(
	effects: Effects,
	taken: TakenIncident,
	request: SpawnRequest,
	reason: string,
): Promise<Progress> {
	const { name } = request.coderun.metadata;
	const found = await findWhatIsThere(effects, taken, { coderun_name: name, reason });
	if (found === undefined) return await giveUp(effects, taken, request, reason);
	return "state" in found ? found : await run(effects, taken, request, { result: "exists", ...found });
}

async function giveUp(
	effects: Effects,
	taken: TakenIncident,
	request: SpawnRequest,
	reason: string,
): Promise<Progress> {
	if (!(await endWait(effects.journal, taken, { event: "refused", reason, now: effects.now() }))) {
		return { state: "lost" };
	}
	await wakeNext(effects, taken, request);
	return { state: "failed", reason };
}

/** Those that queued behind this one look for themselves now. */
export async function wakeNext(effects: Effects, taken: TakenIncident, request: SpawnRequest): Promise<void> {
	if (taken.waits_for === null) return;
	const woken = await wakeWaiting(effects.journal, waitTargets(request), effects.now());
	await Promise.all(woken.map((id) => effects.wake(id, 0)));
}

/** The relay names a claim as the request does; `incident` is the incident's own. */
function heldTarget(request: SpawnRequest, name: string): string {
	const claim = request.claims.find((one) => one.name === name);
	return claim === undefined ? `incident:${request.incident_id}` : claimTarget(claim);
}

function untilOf(until: string | null): { readonly next_try_at?: number } {
	const at = until === null ? Number.NaN : Date.parse(until);
	return Number.isNaN(at) ? {} : { next_try_at: at };
}
