import type { CodeRunStatus, StatusRequest } from "../../wire/status.ts";
import type { Clock } from "../clock.ts";
import type { Cluster, Unavailable } from "../cluster/cluster.ts";
import type { CodeRunEnds } from "../cluster/finished-coderuns.ts";
import { leaseName } from "../cluster/lease-name.ts";

export interface StatusTools {
	readonly cluster: Pick<Cluster, "readClaim">;
	readonly finished: CodeRunEnds;
	readonly clock: Pick<Clock, "now">;
}

/**
 * The state of one attempt's CodeRun in the cluster now. Only a CodeRun with this incident and this attempt counts. The
 * incident's own claim names it, and shows that it existed after somebody deleted it.
 */
export async function coderunStatus(
	{ incident_id, attempt, coderun_name }: StatusRequest,
	{ cluster, finished, clock }: StatusTools,
): Promise<{ readonly kind: "status"; readonly status: CodeRunStatus } | Unavailable> {
	const claimed = await cluster.readClaim(leaseName("incident", incident_id));
	if (claimed.kind === "unavailable") return claimed;
	const record = claimed.kind === "found" ? claimed.claim.record : undefined;
	const own = record?.holder === incident_id && record.attempt === attempt ? record : undefined;

	// Check before reading the CodeRun: a late answer describes a time when one could still be created.
	const isUnderWay = own !== undefined && clock.now() < own.quiet_at;
	const name = own?.coderun_name ?? coderun_name;
	const found = await finished.inspect(name);
	if (found.kind === "unavailable") return found;
	if (found.kind === "found" && found.identity?.incident_id === incident_id && found.identity.attempt === attempt) {
		const { outcome, started } = found;
		if (outcome !== undefined) return known({ state: "ended", outcome });
		return known({ state: "running", coderun_name: name, ...(started !== undefined && { started }) });
	}

	if (own?.seen) {
		const ended = await finished.endOfMissing(own);
		return ended.kind === "unavailable" ? ended : known({ state: "ended", outcome: ended.outcome });
	}
	if (isUnderWay) return { kind: "unavailable", why: "a request in flight may still create the CodeRun" };
	return known({ state: "gone" });
}

function known(status: CodeRunStatus) {
	return { kind: "status", status } as const;
}
