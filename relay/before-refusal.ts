import { leaseName } from "./claims/lease-name.ts";
import { recogniseCodeRun } from "./recognise-coderun.ts";
import { exists, refused, type SpawnCall, type StepAnswer, unavailable } from "./spawn-call.ts";

/**
 * What has to be answered instead of a refusal by policy, so that a refusal proves that this attempt has no CodeRun: the
 * same request may have been taken under an earlier policy, here or by another relay, and its answer lost. Reads only.
 */
export async function findBeforeRefusal(call: SpawnCall): Promise<StepAnswer> {
	const { incident_id, attempt } = call.request;
	const claimed = await call.cluster.readClaim(leaseName("incident", incident_id));
	if (claimed.kind === "unavailable") return claimed;
	const record = claimed.kind === "found" ? claimed.claim.record : undefined;
	if (record !== undefined && record.attempt > attempt) {
		return refused("earlier_attempt", `attempt ${record.attempt} has begun`);
	}
	const own = record?.attempt === attempt ? record : undefined;
	if (own !== undefined && own.digest !== call.digest) return { kind: "replayed" };
	if (own?.seen) return exists(call);
	const recognised = await recogniseCodeRun(call);
	if (recognised !== undefined && !isRefusal(recognised)) return recognised;
	if (own === undefined || call.clock.now() >= own.quiet_at) return undefined;
	return unavailable("a request under way may still create the CodeRun");
}

/** Its name is another's: then the policy's reason says more. */
function isRefusal(answer: NonNullable<StepAnswer>): boolean {
	return answer.kind === "result" && answer.result.result === "refused";
}
