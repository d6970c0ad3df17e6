import { consumeWakeups } from "./consume-wakeups.ts";
import { consumeDeliveries } from "./delivery-queue/consume-deliveries.ts";
import { isQueuedMessage, type QueuedMessage } from "./delivery-queue/queued-message.ts";
import type { Env } from "./env.ts";

/**
 * `queue`: wake-ups, or deliveries that waited for the journal. A batch is of one queue; its messages say of which, since
 * the queues are called as whoever deploys likes.
 */
export async function consumeMessages(batch: MessageBatch<unknown>, env: Env): Promise<void> {
	const deliveries = batch.messages.filter((one): one is Message<QueuedMessage> => isQueuedMessage(one.body));
	if (deliveries.length === 0) await consumeWakeups(batch, env);
	else await consumeDeliveries(deliveries, env);
}
