import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { WireClaim } from "../../wire/spawn.ts";
import type { Log } from "../log.ts";

/** Who holds a claim, as far as KV has heard. `until` is in milliseconds. */
interface ClaimHolder {
	readonly incident_id: string;
	readonly coderun_name: string;
	readonly until: number;
}

interface ClaimConflict {
	readonly claim: WireClaim;
	readonly holder: ClaimHolder;
}

/**
 * The fast, best-effort look at claims (DESIGN section 5.2). It can only send an incident to wait: the cluster
 * decides, and KV being slow, stale, wiped or down costs time, never correctness.
 */
export interface ClaimCache {
	/** The first of these claims that is known to be another incident's. */
	findConflict(claims: readonly WireClaim[], incidentId: string): Promise<ClaimConflict | undefined>;
	/** To be called once the CodeRun was seen, and not before. */
	remember(claims: readonly WireClaim[], incidentId: string, codeRunName: string): Promise<void>;
}

// KV takes no shorter time to live: https://developers.cloudflare.com/kv/api/write-key-value-pairs/#expiring-keys
const SHORTEST_TTL_S = 60;

export function createClaimCache(kv: KVNamespace, now: () => number, log: Log): ClaimCache {
	return {
		async findConflict(claims, incidentId) {
			const holders = await Promise.all(claims.map((claim) => readHolder(kv, claim, log)));
			for (const [index, claim] of claims.entries()) {
				const holder = holders[index];
				if (holder && holder.incident_id !== incidentId && holder.until > now()) return { claim, holder };
			}
			return undefined;
		},
		async remember(claims, incidentId, codeRunName) {
			await Promise.all(
				claims.map(async (claim) => {
					const ttl = Math.max(SHORTEST_TTL_S, claim.ttl_s);
					const holder: ClaimHolder = {
						incident_id: incidentId,
						coderun_name: codeRunName,
						until: now() + claim.ttl_s * 1000,
					};
					try {
						await kv.put(claimKey(claim), JSON.stringify(holder), { expirationTtl: ttl });
					} catch (cause) {
						log.warn("a claim could not be remembered in KV", { cause });
					}
				}),
			);
		},
	};
}

async function readHolder(kv: KVNamespace, claim: WireClaim, log: Log): Promise<ClaimHolder | undefined> {
	try {
		return (await kv.get<ClaimHolder>(claimKey(claim), "json")) ?? undefined;
	} catch (cause) {
		log.warn("a claim could not be looked up in KV", { cause });
		return undefined;
	}
}

/** A KV key holds 512 bytes, a claim's key may be longer. */
function claimKey(claim: WireClaim): string {
	return `claim:${bytesToHex(sha256(utf8ToBytes(claim.key)))}`;
}
