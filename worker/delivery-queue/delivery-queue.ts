import type { Env } from "../env.ts";
import type { QueuedMessage } from "./queued-message.ts";

/**
 * Where deliveries wait for the journal; undefined where there is no such queue. On loopback its messages would be in the
 * memory of this process: whoever was answered 202 could lose the delivery.
 */
export function deliveryQueue(env: Pick<Env, "DELIVERIES" | "HEALER_LOOPBACK">): Queue<QueuedMessage> | undefined {
	return env.HEALER_LOOPBACK === "true" ? undefined : env.DELIVERIES;
}
