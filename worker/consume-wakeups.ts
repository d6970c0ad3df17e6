import { createEffects } from "./effects.ts";
import type { Env } from "./env.ts";
import { lookAtIncident } from "./incident/look-at-incident.ts";
import { createLog } from "./log.ts";

/**
 * Looks at the incidents that a batch names. Every message is acknowledged whatever happens: it was only a hint, and
 * what is still due stands in the journal.
 */
export async function consumeWakeups(batch: MessageBatch<unknown>, env: Env): Promise<void> {
	const effects = createEffects(env, createLog());
	const ids = new Set(batch.messages.flatMap(({ body }) => incidentId(body)));
	batch.ackAll();
	await Promise.all([...ids].map((id) => lookAtIncident(effects, id)));
}

function incidentId(body: unknown): readonly string[] {
	if (typeof body !== "object" || body === null || !("incident_id" in body)) return [];
	return typeof body.incident_id === "string" ? [body.incident_id] : [];
}
