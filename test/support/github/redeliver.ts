import { createHmac } from "node:crypto";
import type { AppState } from "./app-state.ts";

/** The target of the App's hook. */
export interface Webhook {
	readonly url: string;
	readonly secret: string;
}

// GitHub's timeout: https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks
const PATIENCE_MS = 10_000;

/** Sends this delivery again under the same guid, and records the new delivery. */
export async function redeliver(state: AppState, deliveryId: string, webhook: Webhook): Promise<void> {
	const delivery = state.deliveries.find(({ id }) => String(id) === deliveryId);
	if (delivery === undefined) throw new Error(`there is no delivery ${deliveryId}`);
	const { guid, event } = delivery;
	const { payload } = delivery.request;
	const status_code = await post(webhook, { guid, event, body: JSON.stringify(payload) });
	const delivered_at = new Date().toISOString();
	state.putDelivery({ event, payload, guid, status_code, delivered_at, redelivery: true });
}

async function post(
	webhook: Webhook,
	{ guid, event, body }: { readonly guid: string; readonly event: string; readonly body: string },
): Promise<number> {
	try {
		const response = await fetch(webhook.url, {
			method: "POST",
			body,
			signal: AbortSignal.timeout(PATIENCE_MS),
			headers: {
				"content-type": "application/json",
				"x-github-event": event,
				"x-github-delivery": guid,
				"x-hub-signature-256": `sha256=${createHmac("sha256", webhook.secret).update(body).digest("hex")}`,
			},
		});
		await response.body?.cancel();
		return response.status;
	} catch {
		// GitHub shows an unanswered delivery as a 502.
		return 502;
	}
}
