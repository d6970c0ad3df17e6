import { recogniseCodeRun } from "../claims/recognise-coderun.ts";
import {
	exists,
	refused,
	type SpawnAnswer,
	type SpawnCall,
	type StepAnswer,
	unavailable,
} from "../claims/spawn-call.ts";
import { leaseName } from "../cluster/lease-name.ts";
import type { PolicyViolation } from "./policy.ts";

/**
 * Refuses by policy, but only once this attempt has no CodeRun and no call in flight can create it: the same request
 * may have been accepted under an earlier policy, here or by another relay, and its answer lost. Its expired claim
 * without a CodeRun is deleted: a relay that was slow all that time could still renew it.
 */
export async function refuseUnlessThere(call: SpawnCall, { reason, detail }: PolicyViolation): Promise<SpawnAnswer> {
	return (await findBeforeRefusal(call)) ?? refused(reason, detail);
}

async function findBeforeRefusal(call: SpawnCall): Promise<StepAnswer> {
	const { incident_id, attempt } = call.request;
	const lease = leaseName("incident", incident_id);
	const claimed = await call.cluster.readClaim(lease);
	if (claimed.kind === "unavailable") return claimed;
	const record = claimed.kind === "found" ? claimed.claim.record : undefined;
	if (record !== undefined && record.attempt > attempt) {
		return refused("earlier_attempt", `attempt ${record.attempt} has begun`);
	}
	const own = record?.attempt === attempt ? record : undefined;
	if (own !== undefined && own.digest !== call.digest) return { kind: "replayed" };
	if (own?.seen) return exists(call);
	// Check before reading the CodeRun: a late answer describes a time when one could still be created.
	const isQuiet = own !== undefined && call.clock.now() >= own.quiet_at;
	const recognised = await recogniseCodeRun(call);
	if (recognised !== undefined && !isRefusal(recognised)) return recognised;
	if (claimed.kind !== "found" || own === undefined) return undefined;
	if (!isQuiet) return unavailable("a request in flight may still create the CodeRun");
	const deleted = await call.cluster.deleteClaim(lease, claimed.claim.version);
	if (deleted.kind === "unavailable") return deleted;
	return deleted.kind === "deleted" ? undefined : unavailable("a claim was written to by another call");
}

/** The name belongs to another incident: the policy's reason says more. */
function isRefusal(answer: NonNullable<StepAnswer>): boolean {
	return answer.kind === "result" && answer.result.result === "refused";
}
