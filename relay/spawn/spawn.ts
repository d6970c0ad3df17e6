import { acquireAgentSlot, inAgentTurn, releaseAgentSlot } from "../claims/agent-claim.ts";
import { type HeldClaims, noClaims, releaseAll } from "../claims/held-claims.ts";
import { takeHourSlot } from "../claims/hour-slot.ts";
import { takeKeyClaims } from "../claims/key-claims.ts";
import { markSeen, takeOwnClaim } from "../claims/own-claim.ts";
import { recogniseCodeRun } from "../claims/recognise-coderun.ts";
import { retakeOldClaims } from "../claims/retake-claims.ts";
import {
	activeLimit,
	busy,
	created,
	refused,
	type SpawnAnswer,
	type SpawnCall,
	type StepAnswer,
	unavailable,
} from "../claims/spawn-call.ts";
import { CREATE_WITHIN_MS } from "../cluster/claim-timing.ts";
import { buildCodeRun } from "../cluster/coderun.ts";

/**
 * Creates the CodeRun of one attempt exactly once, however often and wherever it is requested, even concurrently. It
 * may be killed between any two calls to the cluster: that leaves nothing, or a state that the retry completes.
 */
export async function spawn(call: SpawnCall): Promise<SpawnAnswer> {
	const claims = noClaims();
	const answer = (await takeOwnClaim(call, claims)) ?? (await takeKeyClaims(call, claims));
	if (answer !== undefined) return await finish(call, claims, answer);
	return await inAgentTurn(call, async (giveUpAt) => {
		const answer =
			(await acquireAgentSlot(call, claims, giveUpAt)) ??
			(await countActive(call)) ??
			(await takeHourSlot(call, claims)) ??
			(await retakeOldClaims(call, claims)) ??
			(await createCodeRun(call));
		return await finish(call, claims, answer);
	});
}

async function countActive(call: SpawnCall): Promise<StepAnswer> {
	const { agent, coderun } = call.request;
	const limit = activeLimit(call);
	if (limit === undefined) return undefined;
	const listed = await call.cluster.listUnfinished(agent);
	if (listed.kind === "unavailable") return listed;
	const active = listed.names.filter((name) => name !== coderun.metadata.name).length;
	return active < limit ? undefined : busy(call, active);
}

async function createCodeRun(call: SpawnCall): Promise<SpawnAnswer> {
	const coderun = buildCodeRun(call.request, call.digest, call.clock.now());
	const made = await call.cluster.createCodeRun(coderun, CREATE_WITHIN_MS);
	switch (made.kind) {
		case "created":
			return created(call);
		case "exists":
			return (await recogniseCodeRun(call)) ?? unavailable("the CodeRun appeared and was deleted");
		case "refused":
			return refused("invalid_coderun", made.why);
		case "unavailable":
			return made;
		default:
			return made satisfies never;
	}
}

/**
 * Releases what this call took when there is no CodeRun. With a CodeRun, records that before answering, and releases
 * the agent so that the next call can count.
 */
async function finish(call: SpawnCall, claims: HeldClaims, answer: SpawnAnswer): Promise<SpawnAnswer> {
	// After a create with an unknown result the CodeRun may exist, so its claims must stay.
	if (answer.kind === "unavailable") return answer;
	if (answer.kind === "replayed") {
		await releaseAll(call.cluster, claims);
		return answer;
	}
	switch (answer.result.result) {
		case "created":
		case "exists": {
			const unmarked = await markSeen(call, claims);
			await releaseAgentSlot(call, claims);
			return unmarked ?? answer;
		}
		case "held":
		case "busy":
		case "refused":
			await releaseAll(call.cluster, claims);
			return answer;
		default:
			return answer.result satisfies never;
	}
}
