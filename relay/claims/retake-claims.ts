import { IN_FLIGHT_MS, MAX_CLAIM_AGE_MS } from "../cluster/claim-timing.ts";
import type { HeldClaim, HeldClaims } from "./held-claims.ts";
import { type SpawnCall, type StepAnswer, unavailable } from "./spawn-call.ts";

/** How often all claims are checked; with a slow cluster, each round can make the others old. */
const ROUNDS = 3;

/**
 * Renews claims taken more than 20 s ago, each only if nobody wrote to it since. After that all of them outlast a
 * create, which takes 10 s at most. A claim that another call wrote to ends this call: the retry sees why.
 */
export async function retakeOldClaims(call: SpawnCall, claims: HeldClaims): Promise<StepAnswer> {
	for (let round = 0; round < ROUNDS; round++) {
		const old = [...claims.values()].filter((claim) => isOld(call, claim));
		if (old.length === 0) return undefined;
		for (const claim of old) {
			const answer = await retake(call, claims, claim);
			if (answer !== undefined) return answer;
		}
	}
	return unavailable("the cluster is too slow to hold claims");
}

async function retake(call: SpawnCall, claims: HeldClaims, claim: HeldClaim): Promise<StepAnswer> {
	const taken_at = call.clock.monotonic();
	const now = call.clock.now();
	const record = { ...claim.record, taken_at: now, quiet_at: now + IN_FLIGHT_MS };
	const written = await call.cluster.replaceClaim(claim.lease, record, claim.version);
	if (written.kind === "unavailable") return written;
	if (written.kind !== "written") return unavailable("a claim was written to by another call");
	claims.set(claim.lease, { ...claim, record, version: written.version, taken_at });
	return undefined;
}

function isOld(call: SpawnCall, claim: HeldClaim): boolean {
	return call.clock.monotonic() - claim.taken_at > MAX_CLAIM_AGE_MS;
}
