import { hexToBytes } from "@noble/hashes/utils.js";

// `X-Hub-Signature` (SHA-1) is not looked at: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
const SIGNATURE = /^sha256=[0-9a-f]{64}$/i;

/** Secrets from a variable: several while they are rotated, separated by whitespace or commas. */
export function readWebhookSecrets(text: string | undefined): readonly string[] {
	return (text ?? "").split(/[\s,]+/).filter((secret) => secret !== "");
}

/**
 * Whether `X-Hub-Signature-256` was made over exactly these bytes with one of the secrets.
 *
 * Not by `verify` of `@octokit/webhooks-methods`, which the tests hold it to: that takes text, so bytes that are not
 * UTF-8 and empty bodies need another way, and it encodes the body again and imports the key for every delivery, which
 * cost about a tenth of all the CPU time of a delivery. What both leave to WebCrypto is the comparison, in constant time.
 */
export async function verifySignature(
	secrets: readonly string[],
	bytes: Uint8Array,
	signature: string | null,
): Promise<boolean> {
	if (signature === null || !SIGNATURE.test(signature)) return false;
	const given = hexToBytes(signature.slice("sha256=".length));
	for (const secret of secrets) {
		if (await crypto.subtle.verify(HMAC, await keyOf(secret), given, bytes)) return true;
	}
	return false;
}

const HMAC = { name: "HMAC", hash: "SHA-256" };

// Kept for the life of the isolate; there are as many as the variable ever named.
const keys = new Map<string, CryptoKey>();

async function keyOf(secret: string): Promise<CryptoKey> {
	const known = keys.get(secret);
	if (known !== undefined) return known;
	const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), HMAC, false, ["verify"]);
	keys.set(secret, key);
	return key;
}
