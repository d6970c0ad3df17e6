import type { Cluster } from "../cluster.ts";
import type { Hand, HeldClaim } from "./hand.ts";

/**
 * Gives back what this call created or took over, last taken first, each only as this call wrote it. What it recognised
 * stays: another call of the same attempt may be about to create under it. What fails here runs out by its ttl.
 */
export async function giveBackAll(cluster: Cluster, hand: Hand): Promise<void> {
	for (const claim of [...hand.values()].reverse()) await giveBack(cluster, claim);
}

async function giveBack(cluster: Cluster, { how, lease, before, version }: HeldClaim): Promise<void> {
	if (how === "recognised") return;
	// An earlier attempt's claim goes on standing for it: no lower attempt may begin, nor its time end early.
	if (before === undefined) await cluster.deleteClaim(lease, version);
	else await cluster.replaceClaim(lease, before, version);
}
