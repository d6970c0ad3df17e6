import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { WireClaim } from "../../wire/spawn.ts";
import type { Log } from "../log.ts";

/** The holder of a claim according to KV. `until` is in milliseconds. */
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
 * A fast, best-effort check of claims. It can only defer an incident: the cluster decides, and a slow, stale, wiped or
 * unavailable KV costs time, never correctness (docs/storage.md).
 */
export interface ClaimCache {
	/** The first of these claims that another incident holds, as far as KV knows. */
	findConflict(claims: readonly WireClaim[], incidentId: string): Promise<ClaimConflict | undefined>;
	/** Call this only once the CodeRun was seen. */
	remember(claims: readonly WireClaim[], incidentId: string, codeRunName: string): Promise<void>;
}

// KV's minimum: https://developers.cloudflare.com/kv/api/write-key-value-pairs/#expiring-keys
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
						log.warn("writing a claim to KV failed", { cause });
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
		log.warn("reading a claim from KV failed", { cause });
		return undefined;
	}
}

/** A KV key is limited to 512 bytes; a claim's key may be longer. */
function claimKey(claim: WireClaim): string {
	return `claim:${bytesToHex(sha256(utf8ToBytes(claim.key)))}`;
}
