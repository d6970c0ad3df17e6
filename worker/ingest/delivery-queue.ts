import type { Env } from "../env.ts";
import type { Log } from "../log.ts";
import { withTimeout } from "../runtime/with-timeout.ts";
import type { PreparedDelivery } from "./delivery-content.ts";
import { jsonBytes, truncateToFit } from "./truncate.ts";

/**
 * Where deliveries wait for the journal; undefined where there is no such queue. On loopback its messages would be in the
 * memory of this process: whoever was answered 202 could lose the delivery.
 */
export function deliveryQueue(env: Pick<Env, "DELIVERIES" | "HEALER_LOOPBACK">): Queue<QueuedMessage> | undefined {
	return env.HEALER_LOOPBACK === "true" ? undefined : env.DELIVERIES;
}

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

/**
 * A message has 128,000 bytes, some hundred of which are the platform's:
 * https://developers.cloudflare.com/queues/platform/limits/
 */
const MESSAGE_BYTES = 127_000;
const AROUND_DELIVERY_BYTES = jsonBytes({ kind: "delivery", version: 1, delivery: 0 });

/** What is left of GitHub's ten seconds. */
const WITHIN_MS = 2_500;

/** Puts a delivery where it waits for the journal. Its long texts are cut if it is too large otherwise. */
export async function queueDelivery(
	queue: Queue<QueuedMessage>,
	whole: PreparedDelivery,
	log: Log,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: string }> {
	const delivery = truncateToFit(whole, MESSAGE_BYTES - AROUND_DELIVERY_BYTES);
	if (delivery === undefined) {
		log.error("the delivery is too large for the queue");
		return { ok: false, problem: "it is too large to wait in the queue" };
	}
	if (!(await sendWithin(queue, { kind: "delivery", version: 1, delivery }, log))) {
		return { ok: false, problem: "the queue does not take it" };
	}
	log.warn("the journal is away: the delivery waits in the queue", { cut: delivery !== whole });
	return { ok: true };
}

/** Whether the queue takes messages now, as sending one tells. */
export async function queueTakesMessages(queue: Queue<QueuedMessage>, log: Log): Promise<boolean> {
	return await sendWithin(queue, { kind: "probe", version: 1 }, log);
}

async function sendWithin(queue: Queue<QueuedMessage>, message: QueuedMessage, log: Log): Promise<boolean> {
	try {
		await withTimeout(queue.send(message), WITHIN_MS);
		return true;
	} catch (cause) {
		log.error("the queue of deliveries took no message", { cause });
		return false;
	}
}
