import type { Decision } from "../../pipeline/decision.ts";
import { codeRunName } from "../../wire/coderun-name.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";

/** The body of `POST /v1/spawn` for what was decided about one attempt (DESIGN section 6). */
export function spawnRequest(
	decision: Decision & { readonly outcome: "spawn" },
	incidentId: string,
	attempt: number,
): SpawnRequest {
	const { metadata, spec } = decision.coderun;
	return {
		incident_id: incidentId,
		attempt,
		agent: decision.agent,
		max_active: decision.max_active,
		deadline_s: decision.deadline_s,
		claims: decision.claims.map(({ name, key, ttl_s, while_active }) => ({ name, key, ttl_s, while_active })),
		coderun: { metadata: { name: codeRunName(decision.agent, incidentId, attempt), ...metadata }, spec: { ...spec } },
	};
}
