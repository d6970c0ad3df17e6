import type { SpawnRequest, WireClaim } from "../../wire/spawn.ts";
import type { AttemptRow } from "../journal/attempt-row.ts";
import { needStored } from "../journal/stored-json.ts";

/** The stored spawn request of an attempt. Throws `DamagedRow`. */
export function readRequest(attempt: AttemptRow): SpawnRequest {
	return needStored("attempts.request", attempt.request, attempt.incident_id);
}

/** Everything an attempt may have to wait for, as `incidents.blocked_on` names it. */
export function blockers(request: SpawnRequest): readonly string[] {
	const claims = request.claims.map(claimBlocker);
	return request.max_active > 0 ? [...claims, agentBlocker(request.agent)] : claims;
}

export function claimBlocker(claim: Pick<WireClaim, "key">): string {
	return `claim:${claim.key}`;
}

export function agentBlocker(agent: string): string {
	return `agent:${agent}`;
}
