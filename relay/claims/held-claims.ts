import type { ClaimRecord } from "../cluster/claim-record.ts";
import type { Cluster } from "../cluster/cluster.ts";

/** A claim that this call holds, as it wrote it last. */
export interface HeldClaim {
	readonly lease: string;
	readonly record: ClaimRecord;
	readonly version: string;
	/** By the monotonic clock, when the write was sent. */
	readonly taken_at: number;
	/** Recognised: another call of the same attempt took it, and may still rely on it. */
	readonly how: "created" | "took_over" | "recognised";
	/** What stood there, and has to stand there again if this call gives the claim back. */
	readonly before?: ClaimRecord;
	/** On the own claim: until when calls that had it before this one may still create; 0 is none. */
	readonly others_until: number;
}

/** Everything that one call holds, by Lease name, in the order in which it was taken. */
export type HeldClaims = Map<string, HeldClaim>;

export function noClaims(): HeldClaims {
	return new Map();
}

/**
 * Gives back what this call created or took over, last taken first, each only as this call wrote it. What it recognised
 * stays: another call of the same attempt may be about to create under it. What fails here runs out by its ttl.
 */
export async function releaseAll(cluster: Cluster, claims: HeldClaims): Promise<void> {
	for (const claim of [...claims.values()].reverse()) await release(cluster, claim);
}

async function release(cluster: Cluster, { how, lease, before, version }: HeldClaim): Promise<void> {
	if (how === "recognised") return;
	// An earlier attempt's claim goes on standing for it: no lower attempt may begin, nor its time end early.
	if (before === undefined) await cluster.deleteClaim(lease, version);
	else await cluster.replaceClaim(lease, before, version);
}
