import { times } from "./budget.ts";
import { createEffects } from "./effects.ts";
import type { Env } from "./env.ts";
import { mapConcurrent } from "./in-turn.ts";
import { INCIDENT_COST } from "./incident/incident-cost.ts";
import { advanceIncident } from "./incident/look-at-incident.ts";
import { createLog } from "./log.ts";

// As many as a batch has by wrangler.toml.
const AT_ONCE = 4;

/**
 * Looks at the incidents that a batch names. Every message is acknowledged whatever happens: it was only a hint, and
 * what is still due stands in the journal. What a larger batch names beyond the budget of one invocation waits for the
 * sweep.
 */
export async function consumeWakeups(batch: MessageBatch<unknown>, env: Env): Promise<void> {
	const effects = createEffects(env, createLog());
	const ids = new Set(batch.messages.flatMap(({ body }) => incidentId(body)));
	batch.ackAll();
	const needed = times(INCIDENT_COST, AT_ONCE);
	await mapConcurrent([...ids], AT_ONCE, async (id) => {
		if (effects.budget.has(needed)) await advanceIncident(effects, id);
	});
}

function incidentId(body: unknown): readonly string[] {
	if (typeof body !== "object" || body === null || !("incident_id" in body)) return [];
	return typeof body.incident_id === "string" ? [body.incident_id] : [];
}
