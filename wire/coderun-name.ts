import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * The CodeRun's name for one attempt at one incident: `healer-ci-{agent}-{16 hex}`. It is derived instead of generated,
 * so "already exists" means "created by an earlier call of this attempt".
 */
export function codeRunName(agent: string, incidentId: string, attempt: number): string {
	return `healer-ci-${agent}-${bytesToHex(sha256(utf8ToBytes(messageId(incidentId, attempt)))).slice(0, 16)}`;
}

/** The `webhook-id` of every spawn request for one attempt at one incident. */
export function messageId(incidentId: string, attempt: number): string {
	return `${incidentId}.${attempt}`;
}
