import { utf8ToBytes } from "@noble/hashes/utils.js";
import { Webhook } from "standardwebhooks";

/**
 * Secrets from a variable: separated by whitespace or commas, the signing one first. A secret is `whsec_` and base64
 * (https://www.standardwebhooks.com) or any other text, whose UTF-8 bytes are then the key.
 * @throws when there is none, or a `whsec_` one is not base64: a mistake in the configuration.
 */
export function readSecrets(text: string): readonly [string, ...string[]] {
	const [first, ...rest] = text.split(/[\s,]+/).filter((secret) => secret !== "");
	if (first === undefined) throw new Error("no wire secret is set");
	for (const secret of [first, ...rest]) signer(secret);
	return [first, ...rest];
}

/** The library's signer for one secret. */
export function signer(secret: string): Webhook {
	if (!secret.startsWith("whsec_")) return new Webhook(utf8ToBytes(secret), { format: "raw" });
	try {
		return new Webhook(secret);
	} catch (cause) {
		// The library's own message may quote what it could not decode.
		throw new Error("a wire secret starts with whsec_ but what follows is not base64", { cause: typeof cause });
	}
}
