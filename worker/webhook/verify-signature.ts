import { hexToBytes } from "@noble/hashes/utils.js";
import { verify } from "@octokit/webhooks-methods";
import { decodeUtf8 } from "../http/parse-json.ts";

// `X-Hub-Signature` (SHA-1) is not looked at: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
const SIGNATURE = /^sha256=[0-9a-f]{64}$/i;

/** Secrets from a variable: several while they are rotated, separated by whitespace or commas. */
export function readWebhookSecrets(text: string | undefined): readonly string[] {
	return (text ?? "").split(/[\s,]+/).filter((secret) => secret !== "");
}

/** Whether `X-Hub-Signature-256` was made over exactly these bytes with one of the secrets. */
export async function verifySignature(
	secrets: readonly string[],
	bytes: Uint8Array,
	signature: string | null,
): Promise<boolean> {
	if (signature === null || !SIGNATURE.test(signature)) return false;
	const text = decodeUtf8(bytes);
	for (const secret of secrets) {
		// The library signs text; bytes that are no text, or none at all, have to be checked as they are.
		if (text ? await verify(secret, text, signature) : await verifyBytes(secret, bytes, signature)) return true;
	}
	return false;
}

async function verifyBytes(secret: string, bytes: Uint8Array, signature: string): Promise<boolean> {
	const algorithm = { name: "HMAC", hash: "SHA-256" };
	const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["verify"]);
	return await crypto.subtle.verify(algorithm, key, hexToBytes(signature.slice("sha256=".length)), bytes);
}
