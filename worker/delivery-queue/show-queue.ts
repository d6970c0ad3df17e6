import { isoOf } from "../api/iso-of.ts";
import type { DeliveryQueueStatus } from "../api/shapes.ts";
import type { Env } from "../env.ts";
import { withTimeout } from "../with-timeout.ts";
import { deliveryQueue } from "./delivery-queue.ts";

const WITHIN_MS = 2_000;

/**
 * How many deliveries wait for the journal, as the queue itself counts: about, and those that wait for their next try may
 * be counted late. Null where there is no such queue.
 */
export async function showDeliveryQueue(env: Env): Promise<DeliveryQueueStatus | null> {
	const queue = deliveryQueue(env);
	if (queue === undefined) return null;
	try {
		const { backlogCount, oldestMessageTimestamp } = await withTimeout(queue.metrics(), WITHIN_MS);
		const oldest = backlogCount > 0 ? Number(oldestMessageTimestamp ?? 0) : 0;
		return { waiting: backlogCount, oldest_at: oldest > 0 ? isoOf(oldest) : null };
	} catch {
		return { waiting: null, oldest_at: null };
	}
}
