import { sha256Hex } from "../expression/sha256-hex.ts";

/** An incident's id: the first 32 hex digits of its identity's SHA-256. */
export function incidentId(identity: string): string {
	return sha256Hex(identity).slice(0, 32);
}
