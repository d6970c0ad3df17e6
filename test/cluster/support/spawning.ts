import { createHash, randomBytes } from "node:crypto";
import type { SpawnAnswer } from "../../../relay/claims/spawn-call.ts";
import { type Clock, systemClock } from "../../../relay/clock.ts";
import type { Cluster } from "../../../relay/cluster/cluster.ts";
import { spawn } from "../../../relay/spawn/spawn.ts";
import type { SpawnRequest } from "../../../wire/spawn.ts";
import { spawnRequest } from "../../support/spawn-request.ts";

/** A request for a new incident on its own branch, unless `changes` say otherwise. */
export function requestIn(
	namespace: string,
	changes: Partial<SpawnRequest> & { readonly spec?: Readonly<Record<string, unknown>> } = {},
): SpawnRequest {
	const { spec, ...rest } = changes;
	const incident_id = rest.incident_id ?? randomBytes(16).toString("hex");
	const claims = [{ name: "branch", key: `branch of ${incident_id}`, ttl_s: 600, while_active: true }];
	const request = spawnRequest({ incident_id, claims, ...rest });
	const { coderun } = request;
	return {
		...request,
		coderun: { metadata: { ...coderun.metadata, namespace }, spec: { ...coderun.spec, ...spec } },
	};
}

/** The answer of a relay on that cluster. */
export function ask(cluster: Cluster, request: SpawnRequest, clock: Clock = systemClock): Promise<SpawnAnswer> {
	const digest = createHash("sha256").update(JSON.stringify(request)).digest("hex");
	return spawn({ request, digest, cluster, clock, enforceMaxActive: true });
}

/** The same as one word, or the reason when there is no result. */
export async function resultOf(cluster: Cluster, request: SpawnRequest): Promise<string> {
	const answer = await ask(cluster, request);
	if (answer.kind === "unavailable") return `unavailable: ${answer.why}`;
	return answer.kind === "result" ? answer.result.result : answer.kind;
}
