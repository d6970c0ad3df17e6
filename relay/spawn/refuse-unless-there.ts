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
 * Refuses by policy, so that a refusal proves that this attempt has no CodeRun and that no call under way can create it:
 * the same request may have been taken under an earlier policy, here or by another relay, and its answer lost. A claim of
 * it that ran out without a CodeRun is deleted: a relay that was slow all that time could still take it again.
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
	// Before the CodeRun is read: an answer that comes late is about a time when one could still be created.
	const isQuiet = own !== undefined && call.clock.now() >= own.quiet_at;
	const recognised = await recogniseCodeRun(call);
	if (recognised !== undefined && !isRefusal(recognised)) return recognised;
	if (claimed.kind !== "found" || own === undefined) return undefined;
	if (!isQuiet) return unavailable("a request under way may still create the CodeRun");
	const deleted = await call.cluster.deleteClaim(lease, claimed.claim.version);
	if (deleted.kind === "unavailable") return deleted;
	return deleted.kind === "deleted" ? undefined : unavailable("a claim was written to by another call");
}

/** Its name is another's: then the policy's reason says more. */
function isRefusal(answer: NonNullable<StepAnswer>): boolean {
	return answer.kind === "result" && answer.result.result === "refused";
}
