import { hexToBytes } from "@noble/hashes/utils.js";
import { verify } from "@octokit/webhooks-methods";

// `X-Hub-Signature` (SHA-1) is ignored: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
const SIGNATURE = /^sha256=[0-9a-f]{64}$/i;

/** Whether a header's value is a signature at all. Whether it is the right one, only the body tells. */
export function isSignature(value: string): boolean {
	return SIGNATURE.test(value);
}

/** A body as received, and as text if it is UTF-8. */
export interface ReceivedBody {
	readonly bytes: Uint8Array;
	readonly text: string | undefined;
}

// The library encodes text to bytes again, and an isolate has 128 MB: large bodies are verified without that copy.
const LONGEST_TEXT = 2 * 1024 * 1024;

/** Whether `X-Hub-Signature-256` was made over exactly these bytes with one of the secrets. */
export async function verifySignature(
	secrets: readonly string[],
	{ bytes, text }: ReceivedBody,
	signature: string | null,
): Promise<boolean> {
	if (signature === null || !isSignature(signature)) return false;
	for (const secret of secrets) {
		// The library accepts only text that is not empty; other bodies are verified as bytes.
		const isText = text !== undefined && text !== "" && text.length <= LONGEST_TEXT;
		if (await (isText ? verify(secret, text, signature) : verifyBytes(secret, bytes, signature))) return true;
	}
	return false;
}

async function verifyBytes(secret: string, bytes: Uint8Array, signature: string): Promise<boolean> {
	const algorithm = { name: "HMAC", hash: "SHA-256" };
	const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["verify"]);
	return await crypto.subtle.verify(algorithm, key, hexToBytes(signature.slice("sha256=".length)), bytes);
}
