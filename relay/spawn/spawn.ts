import { acquireAgentSlot, releaseAgentSlot } from "../claims/agent-claim.ts";
import { type HeldClaims, noClaims, releaseAll } from "../claims/held-claims.ts";
import { takeKeyClaims } from "../claims/key-claims.ts";
import { markSeen, takeOwnClaim } from "../claims/own-claim.ts";
import { recogniseCodeRun } from "../claims/recognise-coderun.ts";
import { retakeOldClaims } from "../claims/retake-claims.ts";
import {
	busy,
	created,
	limitsActive,
	refused,
	type SpawnAnswer,
	type SpawnCall,
	type StepAnswer,
	unavailable,
} from "../claims/spawn-call.ts";
import { CREATE_WITHIN_MS } from "../cluster/claim-timing.ts";
import { buildCodeRun } from "../cluster/coderun.ts";

/**
 * Makes the CodeRun of one attempt exactly once, however often, wherever and at the same time it is asked for
 * (DESIGN section 5.4 to 5.6). It may stop dead between any two calls to the cluster: that leaves nothing, or what the
 * repeat completes.
 */
export async function spawn(call: SpawnCall): Promise<SpawnAnswer> {
	const claims = noClaims();
	const answer =
		(await takeOwnClaim(call, claims)) ??
		(await takeKeyClaims(call, claims)) ??
		(await acquireAgentSlot(call, claims)) ??
		(await countActive(call)) ??
		(await retakeOldClaims(call, claims)) ??
		(await createCodeRun(call));
	return putDown(call, claims, answer);
}

async function countActive(call: SpawnCall): Promise<StepAnswer> {
	const { agent, max_active, coderun } = call.request;
	if (!limitsActive(call)) return undefined;
	const listed = await call.cluster.listUnfinished(agent);
	if (listed.kind === "unavailable") return listed;
	const active = listed.names.filter((name) => name !== coderun.metadata.name).length;
	return active < max_active ? undefined : busy(agent, active);
}

async function createCodeRun(call: SpawnCall): Promise<SpawnAnswer> {
	const coderun = buildCodeRun(call.request, call.digest, call.clock.now());
	const made = await call.cluster.createCodeRun(coderun, CREATE_WITHIN_MS);
	switch (made.kind) {
		case "created":
			return created(call);
		case "exists":
			return (await recogniseCodeRun(call)) ?? unavailable("the CodeRun came and went");
		case "refused":
			return refused("invalid_coderun", made.why);
		case "unavailable":
			return made;
		default:
			return made satisfies never;
	}
}

/**
 * An answer without a CodeRun gives back what this call took; one with a CodeRun is told when that is written down, and
 * lets the next one count.
 */
async function putDown(call: SpawnCall, claims: HeldClaims, answer: SpawnAnswer): Promise<SpawnAnswer> {
	// After a create whose result is unknown the CodeRun may be there, so that its claims must be, too.
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
