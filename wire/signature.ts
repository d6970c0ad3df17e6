import { TOLERANCE_S } from "./limits.ts";
import { signer } from "./secret.ts";

/** The three headers of https://www.standardwebhooks.com. */
export interface SignatureHeaders extends Record<string, string> {
	"webhook-id": string;
	"webhook-timestamp": string;
	"webhook-signature": string;
}

/** `Headers`, or anything with the same reading methods. */
export interface HeaderReader {
	get(name: string): string | null | undefined;
}

export type SignatureVerdict =
	| { readonly ok: true; readonly id: string }
	| { readonly ok: false; readonly reason: "missing_header" | "bad_timestamp" | "expired" | "too_new" | "forged" };

/** Signs with the first secret. `at` is in Unix seconds. */
export function signMessage(
	secrets: readonly string[],
	message: { readonly id: string; readonly at: number; readonly body: string },
): SignatureHeaders {
	return signWithEach(secrets.slice(0, 1), message);
}

/** Signs with every secret, so that a receiver that has only one of them accepts it while they are rotated. */
export function signWithEach(
	secrets: readonly string[],
	{ id, at, body }: { readonly id: string; readonly at: number; readonly body: string },
): SignatureHeaders {
	if (secrets.length === 0) throw new Error("no secret to sign with");
	const seconds = Math.floor(at);
	return {
		"webhook-id": id,
		"webhook-timestamp": String(seconds),
		"webhook-signature": secrets.map((secret) => signatureOf(secret, id, seconds, body)).join(" "),
	};
}

/** Accepts a signature made with any of the secrets. `body` is the text as received, `nowSeconds` Unix seconds. */
export function verifyMessage(
	secrets: readonly string[],
	headers: HeaderReader,
	body: string,
	nowSeconds: number,
): SignatureVerdict {
	const id = headers.get("webhook-id");
	const timestamp = headers.get("webhook-timestamp");
	const signatures = headers.get("webhook-signature");
	if (!id || !timestamp || !signatures) return { ok: false, reason: "missing_header" };

	if (!/^\d{1,12}$/.test(timestamp)) return { ok: false, reason: "bad_timestamp" };
	const at = Number(timestamp);
	if (at < nowSeconds - TOLERANCE_S) return { ok: false, reason: "expired" };
	if (at > nowSeconds + TOLERANCE_S) return { ok: false, reason: "too_new" };

	const given = signatures.split(" ").slice(0, 10);
	for (const secret of secrets) {
		const expected = signatureOf(secret, id, at, body);
		if (given.some((signature) => sameText(signature, expected))) return { ok: true, id };
	}
	return { ok: false, reason: "forged" };
}

// The library's own `verify` reads the machine's clock and parses "12abc" as a time; only its signing is used.
function signatureOf(secret: string, id: string, at: number, body: string): string {
	return signer(secret).sign(id, new Date(at * 1000), body);
}

/** Comparison time depends only on the given text's length. */
function sameText(given: string, expected: string): boolean {
	let difference = given.length ^ expected.length;
	for (let i = 0; i < given.length; i++) difference |= given.charCodeAt(i) ^ expected.charCodeAt(i % expected.length);
	return difference === 0;
}
