import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * The name of the CodeRun of one attempt at one incident: `healer-ci-{agent}-{16 hex}`. It is derived, never
 * generated, so that "already exists" means "mine, made before" (DESIGN section 5.5).
 */
export function codeRunName(agent: string, incidentId: string, attempt: number): string {
	return `healer-ci-${agent}-${bytesToHex(sha256(utf8ToBytes(messageId(incidentId, attempt)))).slice(0, 16)}`;
}

/** The `webhook-id` of every spawn request of one attempt at one incident (DESIGN section 5.3). */
export function messageId(incidentId: string, attempt: number): string {
	return `${incidentId}.${attempt}`;
}
