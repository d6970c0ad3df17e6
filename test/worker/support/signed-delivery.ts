import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

export const WEBHOOK_SECRET = "the-new-secret";

export interface DeliveryOptions {
	readonly event?: string | null;
	readonly delivery?: string | null;
	readonly secret?: string;
	readonly headers?: Readonly<Record<string, string | null>>;
}

let deliveries = 0;

/**
 * A delivery as GitHub sends it. Signed by another implementation than the one that the worker checks with; that the
 * worker's agrees with openssl's is shown by its own test.
 */
export function signedDelivery(body: unknown, options: DeliveryOptions = {}): Request {
	const bytes = body instanceof Uint8Array ? body : utf8ToBytes(typeof body === "string" ? body : JSON.stringify(body));
	const signature = bytesToHex(hmac(sha256, utf8ToBytes(options.secret ?? WEBHOOK_SECRET), bytes));
	const headers = new Headers();
	const wanted: Record<string, string | null> = {
		"content-type": "application/json",
		"x-github-event": options.event === undefined ? "workflow_job" : options.event,
		"x-github-delivery": options.delivery === undefined ? `delivery-${++deliveries}` : options.delivery,
		"x-hub-signature-256": `sha256=${signature}`,
		...options.headers,
	};
	for (const [name, value] of Object.entries(wanted)) if (value !== null) headers.set(name, value);
	return new Request("http://127.0.0.1:8787/webhooks/github", { method: "POST", headers, body: bytes });
}
