import type { ClaimRecord } from "../cluster/claim-record.ts";
import { OWN_CLAIM_TTL_S } from "../cluster/claim-timing.ts";
import { leaseName } from "../cluster/lease-name.ts";
import type { HeldClaims } from "./held-claims.ts";
import { recogniseCodeRun } from "./recognise-coderun.ts";
import { exists, held, refused, type SpawnCall, type StepAnswer, unavailable } from "./spawn-call.ts";
import { type Judgement, takeClaim } from "./take-claim.ts";

/** How often a mark is retried while other calls of the same attempt write, too. */
const MARK_ROUNDS = 8;

/**
 * Takes the incident's claim on its own id. It always comes first: every request for this incident meets here. Only the
 * incident itself takes it, so the claim is judged by attempts, not by time.
 */
export async function takeOwnClaim(call: SpawnCall, claims: HeldClaims): Promise<StepAnswer> {
	const { incident_id } = call.request;
	const spec = { lease: ownLease(call), key: incident_id, ttl_s: OWN_CLAIM_TTL_S, while_active: false };
	return takeClaim(call, claims, spec, (record) => judge(call, record));
}

/**
 * Records on the incident's own claim that its CodeRun was seen. From then on deleting the CodeRun creates no second
 * one, and the next attempt need not wait for calls that may still be about to create. Nobody learns of the CodeRun
 * before that: if the mark cannot be written, the call answers `unavailable`, and the retry sees the CodeRun and writes
 * it.
 */
export async function markSeen(call: SpawnCall, claims: HeldClaims): Promise<StepAnswer> {
	const own = claims.get(ownLease(call));
	if (own === undefined) return undefined;
	const marked = { ...own.record, seen: true, quiet_at: own.othersUntil };
	const written = await call.cluster.replaceClaim(own.lease, marked, own.version);
	if (written.kind === "unavailable") return written;
	return written.kind === "conflict" ? markOthersClaim(call) : undefined;
}

/** Another call of this attempt wrote the claim last: the mark keeps that call's `quiet_at`. */
async function markOthersClaim(call: SpawnCall): Promise<StepAnswer> {
	const lease = ownLease(call);
	for (let round = 0; round < MARK_ROUNDS; round++) {
		const found = await call.cluster.readClaim(lease);
		if (found.kind === "unavailable") return found;
		if (found.kind === "not_found") return undefined;
		const { record, version } = found.claim;
		// A call of a later attempt may still restore the earlier record, without a mark. The retry sees which it is.
		if (record.attempt > call.request.attempt) return unavailable(`attempt ${record.attempt} has begun`);
		if (record.attempt < call.request.attempt || record.seen) return undefined;
		const written = await call.cluster.replaceClaim(lease, { ...record, seen: true }, version);
		if (written.kind === "unavailable") return written;
		if (written.kind === "written") return undefined;
	}
	return unavailable("a claim changes too fast");
}

async function judge(call: SpawnCall, record: ClaimRecord): Promise<Judgement> {
	const { attempt } = call.request;
	if (record.attempt > attempt) return stop(refused("earlier_attempt", `attempt ${record.attempt} has begun`));
	if (record.attempt < attempt) return judgeEarlierAttempt(call, record);
	if (record.digest !== call.digest) return stop({ kind: "replayed" });
	if (record.seen) return stop(exists(call));
	const recognised = await recogniseCodeRun(call);
	if (recognised === undefined) return { do: "recognise" };
	// The call that created it may have been killed before it wrote the mark.
	const isThere = recognised.kind === "result" && recognised.result.result === "exists";
	return stop((isThere ? await markOthersClaim(call) : undefined) ?? recognised);
}

/** The next attempt may start once the previous CodeRun is gone or finished, and no call can still create it. */
async function judgeEarlierAttempt(call: SpawnCall, record: ClaimRecord): Promise<Judgement> {
	// Read the clock before the CodeRun: a late answer describes a time when one could still be created.
	const quiet = call.clock.now() >= record.quiet_at;
	const found = await call.cluster.readCodeRun(record.coderun_name);
	if (found.kind === "unavailable") return stop(found);
	if (found.kind === "found" && !found.coderun.finished) return stop(held("incident", record));
	if (!quiet) return stop(held("incident", record, record.quiet_at));
	return { do: "take_over", restore: true };
}

function ownLease(call: SpawnCall): string {
	return leaseName("incident", call.request.incident_id);
}

function stop(answer: NonNullable<StepAnswer>): Judgement {
	return { do: "stop", answer };
}
