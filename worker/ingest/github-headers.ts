import { isSignature } from "./verify-signature.ts";

/** The fields of a delivery that GitHub sends as headers. */
export interface GithubHeaders {
	readonly event: string;
	readonly delivery_id: string;
}

export type GithubHeadersReading =
	| { readonly ok: true; readonly headers: GithubHeaders; readonly signature: string }
	/** `unsigned`: the signature is missing or malformed, whatever else is. */
	| { readonly ok: false; readonly missing: readonly string[]; readonly unsigned: boolean };

// GitHub sends words and GUIDs; these limits leave room for both and keep long values out of the journal.
const EVENT = /^[\w.-]{1,100}$/;
const DELIVERY_ID = /^[\x21-\x7e]{1,200}$/;

/**
 * Reads the delivery headers and lists every one that is missing or malformed.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
 */
export function readGithubHeaders(headers: Headers): GithubHeadersReading {
	const event = headers.get("x-github-event") ?? "";
	const delivery_id = headers.get("x-github-delivery") ?? "";
	const signature = headers.get("x-hub-signature-256") ?? "";
	const missing = [
		...(EVENT.test(event) ? [] : ["X-GitHub-Event"]),
		...(DELIVERY_ID.test(delivery_id) ? [] : ["X-GitHub-Delivery"]),
	];
	const unsigned = !isSignature(signature);
	if (unsigned || missing.length > 0) return { ok: false, missing, unsigned };
	return { ok: true, headers: { event, delivery_id }, signature };
}
