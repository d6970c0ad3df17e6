import { withTimeout } from "../../wire/with-timeout.ts";
import type { Env } from "../env.ts";
import type { Log } from "../log.ts";
import type { PreparedDelivery } from "./delivery-content.ts";
import { jsonBytes, truncateToFit } from "./truncate.ts";

/**
 * The queue in which deliveries wait for the journal; undefined if there is none. On loopback its messages would live in the
 * memory of this process, so a delivery answered with 202 could be lost.
 */
export function deliveryQueue(env: Pick<Env, "DELIVERIES" | "HEALER_LOOPBACK">): Queue<QueuedMessage> | undefined {
	return env.HEALER_LOOPBACK === "true" ? undefined : env.DELIVERIES;
}

/** A message in the queue `DELIVERIES`. The version decides how it is read: messages of an older worker outlive a deploy. */
export type QueuedMessage =
	| { readonly kind: "delivery"; readonly version: 1; readonly delivery: PreparedDelivery }
	/** Tests whether the queue accepts messages; consumers drop it. */
	| { readonly kind: "probe"; readonly version: 1 };

/** Whether a message is one of these, not one of the wake-up queue. */
export function isQueuedMessage(body: unknown): body is QueuedMessage {
	return (
		typeof body === "object" && body !== null && "kind" in body && (body.kind === "delivery" || body.kind === "probe")
	);
}

/**
 * A message is limited to 128,000 bytes, about a hundred of which the platform uses:
 * https://developers.cloudflare.com/queues/platform/limits/
 */
const MESSAGE_BYTES = 127_000;
const AROUND_DELIVERY_BYTES = jsonBytes({ kind: "delivery", version: 1, delivery: 0 });

/** The rest of GitHub's ten seconds. */
const WITHIN_MS = 2_500;

/** Queues a delivery until the journal is available. Truncates its long texts if it is too large. */
export async function queueDelivery(
	queue: Queue<QueuedMessage>,
	original: PreparedDelivery,
	log: Log,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: string }> {
	const delivery = truncateToFit(original, MESSAGE_BYTES - AROUND_DELIVERY_BYTES);
	if (delivery === undefined) {
		log.error("delivery too large for the queue");
		return { ok: false, problem: "it is too large for the queue" };
	}
	if (!(await sendWithin(queue, { kind: "delivery", version: 1, delivery }, log))) {
		return { ok: false, problem: "the queue did not accept it" };
	}
	log.warn("journal unavailable, delivery queued", { cut: delivery !== original });
	return { ok: true };
}

/** Whether the queue accepts messages now; sends one to find out. */
export async function queueTakesMessages(queue: Queue<QueuedMessage>, log: Log): Promise<boolean> {
	return await sendWithin(queue, { kind: "probe", version: 1 }, log);
}

async function sendWithin(queue: Queue<QueuedMessage>, message: QueuedMessage, log: Log): Promise<boolean> {
	try {
		await withTimeout(() => queue.send(message), WITHIN_MS);
		return true;
	} catch (cause) {
		log.error("sending to the queue of deliveries failed", { cause });
		return false;
	}
}
