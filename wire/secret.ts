import { Webhook } from "standardwebhooks";
import { splitList } from "./secret-list.ts";

const PREFIX = "whsec_";
/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;

/**
 * Secrets from `HEALER_WIRE_SECRETS`, separated by whitespace or commas; the first one signs.
 * @throws when there is none, or one violates Standard Webhooks: an error in the configuration. The message contains no
 * secret.
 */
export function readSecrets(text: string): readonly [string, ...string[]] {
	const [first, ...rest] = splitList(text);
	if (first === undefined) throw new Error("HEALER_WIRE_SECRETS: no wire secret is set");
	const problem = secretsProblem([first, ...rest]);
	if (problem !== undefined) throw new Error(problem);
	return [first, ...rest];
}

/** What is wrong with the first invalid secret of a variable, and how to generate a valid one. */
export function secretsProblem(secrets: readonly string[], variable = "HEALER_WIRE_SECRETS"): string | undefined {
	const at = secrets.findIndex((secret) => !isGood(secret));
	if (at === -1) return undefined;
	const which = secrets.length === 1 ? "the secret" : `secret ${at + 1} of ${secrets.length}`;
	return `${variable}: ${which} is not ${PREFIX} and ${FEWEST_BYTES} to ${MOST_BYTES} bytes in base64; make one with: echo "${PREFIX}$(openssl rand -base64 32)"`;
}

/** The library's signer for one secret. */
export function signer(secret: string): Webhook {
	return new Webhook(secret);
}

// The library accepts any base64, with or without the prefix, and rejects only an empty key.
function isGood(secret: string): boolean {
	const text = secret.slice(PREFIX.length);
	if (!secret.startsWith(PREFIX) || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
		return false;
	const bytes = (text.length / 4) * 3 - (/=*$/.exec(text)?.[0].length ?? 0);
	return bytes >= FEWEST_BYTES && bytes <= MOST_BYTES;
}
