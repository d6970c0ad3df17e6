import { createEffects } from "./create-effects.ts";
import { advanceIncident, INCIDENT_COST } from "./dispatch/due-incidents.ts";
import type { Env } from "./env.ts";
import { consumeDeliveries } from "./ingest/consume-deliveries.ts";
import { isQueuedMessage, type QueuedMessage } from "./ingest/delivery-queue.ts";
import { writeCounts } from "./ingest/write-counts.ts";
import { createLog } from "./log.ts";
import { times } from "./runtime/budget.ts";
import { mapConcurrent } from "./runtime/map-concurrent.ts";

// The batch size in wrangler.toml.
const AT_ONCE = 4;

/**
 * Processes the incidents that a batch names. Every message is acknowledged in any case: it is only a hint, and what is due is
 * in the journal. Incidents of a larger batch that do not fit into one invocation's budget wait for the sweep.
 */
async function consumeWakeups(batch: MessageBatch<unknown>, env: Env): Promise<void> {
	const effects = createEffects(env, createLog());
	const ids = new Set(batch.messages.flatMap(({ body }) => incidentId(body)));
	batch.ackAll();
	const needed = times(INCIDENT_COST, AT_ONCE);
	await mapConcurrent([...ids], AT_ONCE, async (id) => {
		if (effects.budget.has(needed)) await advanceIncident(effects, id);
	});
	await writeCounts(effects);
}

function incidentId(body: unknown): readonly string[] {
	if (typeof body !== "object" || body === null || !("incident_id" in body)) return [];
	return typeof body.incident_id === "string" ? [body.incident_id] : [];
}

/**
 * `queue`: wake-ups, or deliveries that waited for the journal. A batch comes from one queue. Its messages show from which,
 * because the names of the queues are chosen at deployment.
 */
export async function consumeMessages(batch: MessageBatch<unknown>, env: Env): Promise<void> {
	const deliveries = batch.messages.filter((one): one is Message<QueuedMessage> => isQueuedMessage(one.body));
	if (deliveries.length === 0) await consumeWakeups(batch, env);
	else await consumeDeliveries(deliveries, env);
}
