import { createHash } from "node:crypto";

/** What kinds of thing are claimed; a user's key can never be taken for an incident or an agent. */
export type ClaimKind = "incident" | "key" | "agent";

/**
 * The name of the claim on something: a DNS label of 47 characters, whatever the key holds. The order of these names
 * is the order in which claims are taken, so that two requests never wait for each other in a circle.
 */
export function leaseName(kind: ClaimKind, key: string): string {
	return `healer-${createHash("sha256").update(`${kind}:${key}`).digest("hex").slice(0, 40)}`;
}
