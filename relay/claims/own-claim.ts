import { recogniseCodeRun } from "../recognise-coderun.ts";
import { exists, held, refused, type SpawnCall, type StepAnswer } from "../spawn-call.ts";
import type { ClaimRecord } from "./claim-record.ts";
import type { Hand } from "./hand.ts";
import { leaseName } from "./lease-name.ts";
import { type Judgement, takeClaim } from "./take-claim.ts";
import { OWN_CLAIM_TTL_S } from "./timing.ts";

/**
 * Takes the incident's claim on its own id, always first: all that was ever asked for this incident meets here. Only
 * the incident itself ever wants it, so it is judged by attempts, not by time.
 */
export async function takeOwnClaim(call: SpawnCall, hand: Hand): Promise<StepAnswer> {
	const { incident_id } = call.request;
	const wanted = { lease: ownLease(call), key: incident_id, ttl_s: OWN_CLAIM_TTL_S, while_active: false };
	return takeClaim(call, hand, wanted, (record) => judge(call, record));
}

/**
 * Writes on the own claim that its CodeRun was seen. Best effort: without it, deleting the CodeRun lets the same
 * attempt make it again, and the next attempt waits until no call can still be about to.
 */
export async function markSeen(call: SpawnCall, hand: Hand): Promise<void> {
	const own = hand.get(ownLease(call));
	if (own === undefined) return;
	const record = { ...own.record, seen: true, quiet_at: own.others_until };
	await call.cluster.replaceClaim(own.lease, record, own.version);
}

async function judge(call: SpawnCall, record: ClaimRecord): Promise<Judgement> {
	const { attempt } = call.request;
	if (record.attempt > attempt) return stop(refused("earlier_attempt", `attempt ${record.attempt} has begun`));
	if (record.attempt < attempt) return judgeEarlierAttempt(call, record);
	if (record.digest !== call.digest) return stop({ kind: "replayed" });
	if (record.seen) return stop(exists(call));
	const recognised = await recogniseCodeRun(call);
	return recognised === undefined ? { do: "recognise" } : stop(recognised);
}

/** The next attempt begins when the CodeRun of the one before is gone or finished, and none can still come to be. */
async function judgeEarlierAttempt(call: SpawnCall, record: ClaimRecord): Promise<Judgement> {
	const found = await call.cluster.readCodeRun(record.coderun_name);
	if (found.kind === "unavailable") return stop(found);
	if (found.kind === "found" && !found.coderun.finished) return stop(held("incident", record));
	if (call.clock.now() < record.quiet_at) return stop(held("incident", record, record.quiet_at));
	return { do: "take_over", restore: true };
}

function ownLease(call: SpawnCall): string {
	return leaseName("incident", call.request.incident_id);
}

function stop(answer: NonNullable<StepAnswer>): Judgement {
	return { do: "stop", answer };
}
