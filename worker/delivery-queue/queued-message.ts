import type { PreparedDelivery } from "../incident/prepared-delivery.ts";

/** What waits in the queue `DELIVERIES`. The version says how it is read: an older worker's messages outlive a deploy. */
export type QueuedMessage =
	| { readonly kind: "delivery"; readonly version: 1; readonly delivery: PreparedDelivery }
	/** Asks whether the queue takes messages; nothing comes of it. */
	| { readonly kind: "probe"; readonly version: 1 };

/** Whether a message is one of these, and none of the queue of wake-ups. */
export function isQueuedMessage(body: unknown): body is QueuedMessage {
	return (
		typeof body === "object" && body !== null && "kind" in body && (body.kind === "delivery" || body.kind === "probe")
	);
}
