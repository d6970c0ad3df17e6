import type { ClaimRecord } from "./claim-record.ts";

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
