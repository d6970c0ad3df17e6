import type { ClaimRecord } from "../cluster/claim-record.ts";
import type { Cluster } from "../cluster/cluster.ts";

/** A claim that this call holds, as last written by it. */
export interface HeldClaim {
	readonly lease: string;
	readonly record: ClaimRecord;
	readonly version: string;
	/** When the write was sent, by the monotonic clock. */
	readonly taken_at: number;
	/** Recognised: another call of the same attempt took it, and may still rely on it. */
	readonly how: "created" | "took_over" | "recognised";
	/** The record that was there before. Releasing the claim restores it. */
	readonly before?: ClaimRecord;
	/**
	 * On an incident's own claim: until when calls that held it before this one may still create a CodeRun; 0 is none.
	 */
	readonly othersUntil: number;
}

/** All claims of one call, by Lease name, in the order in which they were taken. */
export type HeldClaims = Map<string, HeldClaim>;

export function noClaims(): HeldClaims {
	return new Map();
}

/**
 * Releases what this call created or took over, last taken first, and only if nobody wrote to it since. Recognised
 * claims stay: another call of the same attempt may be about to create its CodeRun under them. Claims that cannot be
 * released expire with their ttl.
 */
export async function releaseAll(cluster: Cluster, claims: HeldClaims): Promise<void> {
	for (const claim of [...claims.values()].reverse()) await release(cluster, claim);
}

async function release(cluster: Cluster, { how, lease, before, version }: HeldClaim): Promise<void> {
	if (how === "recognised") return;
	// The earlier attempt's claim must stay: it keeps lower attempts from starting, and its ttl must not be cut short.
	if (before === undefined) await cluster.deleteClaim(lease, version);
	else await cluster.replaceClaim(lease, before, version);
}
