import { createEffects } from "./effects.ts";
import type { Env, Wakeup } from "./env.ts";
import { processIncident } from "./incident/process-incident.ts";
import { createLog, messageOf } from "./log.ts";

/**
 * Looks at the incidents that a batch names. Every message is acknowledged whatever happens: it was only a hint, and
 * what is still due stands in the journal.
 */
export async function consumeWakeups(batch: MessageBatch<Wakeup>, env: Env): Promise<void> {
	const effects = createEffects(env, createLog());
	const ids = new Set(batch.messages.flatMap(({ body }) => incidentId(body)));
	batch.ackAll();
	await Promise.all(
		[...ids].map(async (id) => {
			try {
				await processIncident(effects, id);
			} catch (cause) {
				effects.log.error("a wake-up came to nothing", { incident_id: id, cause: messageOf(cause) });
			}
		}),
	);
}

function incidentId(body: unknown): readonly string[] {
	if (typeof body !== "object" || body === null || !("incident_id" in body)) return [];
	return typeof body.incident_id === "string" ? [body.incident_id] : [];
}
