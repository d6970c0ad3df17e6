import { createHash } from "node:crypto";

/** What a claim is on. The kind is part of the hash, so a user's key never collides with an incident or an agent. */
export type ClaimKind = "incident" | "key" | "agent" | "hour";

/**
 * The name of a claim: a DNS label of 47 characters, whatever the key holds. Claims are taken in the order of these
 * names, so that two requests never deadlock.
 */
export function leaseName(kind: ClaimKind, key: string): string {
	return `healer-${createHash("sha256").update(`${kind}:${key}`).digest("hex").slice(0, 40)}`;
}
