import type { Cluster } from "../cluster.ts";
import type { HeldClaim, HeldClaims } from "./hand.ts";

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
