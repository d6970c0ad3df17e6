import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

const WEBHOOK_SECRET = "the-new-secret";

export interface DeliveryOptions {
	readonly event?: string | null;
	readonly delivery?: string | null;
	readonly secret?: string;
	readonly headers?: Readonly<Record<string, string | null>>;
}

let deliveries = 0;

/** A delivery as GitHub sends it. That the worker's idea of a signature is openssl's, too, has a test of its own. */
export async function signedDelivery(body: unknown, options: DeliveryOptions = {}): Promise<Request> {
	const bytes = body instanceof Uint8Array ? body : utf8ToBytes(typeof body === "string" ? body : JSON.stringify(body));
	const signature = bytesToHex(await sign(options.secret ?? WEBHOOK_SECRET, bytes));
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

async function sign(secret: string, bytes: Uint8Array): Promise<Uint8Array> {
	const hmac = { name: "HMAC", hash: "SHA-256" };
	const key = await crypto.subtle.importKey("raw", utf8ToBytes(secret), hmac, false, ["sign"]);
	return new Uint8Array(await crypto.subtle.sign(hmac, key, bytes));
}
