import { jsonBytes, truncateToFit } from "../incident/cut-to-fit.ts";
import type { PreparedDelivery } from "../incident/prepared-delivery.ts";
import { type Log, messageOf } from "../log.ts";
import { withTimeout } from "../with-timeout.ts";
import type { QueuedMessage } from "./queued-message.ts";

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
		log.error("the queue of deliveries took no message", { cause: messageOf(cause) });
		return false;
	}
}
