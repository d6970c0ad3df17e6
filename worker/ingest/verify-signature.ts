import { hexToBytes } from "@noble/hashes/utils.js";
import { remember } from "../github/isolate-memory.ts";

// `X-Hub-Signature` (SHA-1) is ignored: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
const SIGNATURE = /^sha256=[0-9a-f]{64}$/i;

/** Whether a header's value is a signature at all. Whether it is the right one, only the body tells. */
export function isSignature(value: string): boolean {
	return SIGNATURE.test(value);
}

const HMAC = { name: "HMAC", hash: "SHA-256" } as const;

// Kept for the life of the isolate: a key is imported once, not once a delivery. A rotation has a few secrets.
const keys = new Map<string, CryptoKey>();
const MOST_KEYS = 16;

/** Whether `X-Hub-Signature-256` was made over exactly these bytes with one of the secrets. Compares in constant time. */
export async function verifySignature(
	secrets: readonly string[],
	bytes: Uint8Array,
	signature: string | null,
): Promise<boolean> {
	if (signature === null || !isSignature(signature)) return false;
	const given = hexToBytes(signature.slice("sha256=".length));
	for (const secret of secrets) {
		const key = keys.get(secret) ?? (await importKey(secret));
		if (await crypto.subtle.verify(HMAC, key, given, bytes)) return true;
	}
	return false;
}

async function importKey(secret: string): Promise<CryptoKey> {
	const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), HMAC, false, ["verify"]);
	remember(keys, secret, key, MOST_KEYS);
	return key;
}
