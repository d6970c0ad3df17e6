import type { ClaimRecord } from "../cluster/claim-record.ts";
import { CLOCK_SLACK_MS, IN_FLIGHT_MS } from "../cluster/claim-timing.ts";
import { leaseName } from "../cluster/lease-name.ts";
import type { HeldClaims } from "./held-claims.ts";
import { held, refused, type SpawnCall, type StepAnswer } from "./spawn-call.ts";
import { type ClaimSpec, type Judgement, takeClaim } from "./take-claim.ts";

/**
 * Takes the claims of the pipeline's `dedup` rules in the order of their Lease names. Stops at the first that another
 * incident holds.
 */
export async function takeKeyClaims(call: SpawnCall, claims: HeldClaims): Promise<StepAnswer> {
	for (const spec of claimSpecs(call)) {
		const answer = await takeClaim(call, claims, spec, (record) => judge(call, spec.name, record));
		if (answer !== undefined) return answer;
	}
	return undefined;
}

async function judge(call: SpawnCall, name: string, record: ClaimRecord): Promise<Judgement> {
	const { incident_id, attempt } = call.request;
	if (record.holder === incident_id) {
		if (record.attempt === attempt) return { do: "recognise" };
		// The incident's own claim was taken, so an earlier attempt is over; a later one may have started since.
		if (record.attempt < attempt) return { do: "take_over", restore: true };
		return { do: "stop", answer: refused("earlier_attempt", `attempt ${record.attempt} has begun`) };
	}
	const until = freeAt(record);
	if (call.clock.now() < until) return { do: "stop", answer: held(name, record, until) };
	if (record.while_active) {
		const found = await call.cluster.readCodeRun(record.coderun_name);
		if (found.kind === "unavailable") return { do: "stop", answer: found };
		if (found.kind === "found" && !found.coderun.finished) return { do: "stop", answer: held(name, record) };
	}
	return { do: "take_over", restore: false };
}

/** When a claim expires. A ttl shorter than a call may take would let two calls create their CodeRuns. */
function freeAt(record: ClaimRecord): number {
	return record.taken_at + Math.max(record.ttl_s * 1000 + CLOCK_SLACK_MS, IN_FLIGHT_MS);
}

/** Two rules with the same key share one claim: with the longer ttl, and `while_active` if either has it. */
function claimSpecs(call: SpawnCall): readonly (ClaimSpec & { readonly name: string })[] {
	const byLease = new Map<string, ClaimSpec & { readonly name: string }>();
	for (const claim of call.request.claims) {
		const lease = leaseName("key", claim.key);
		const same = byLease.get(lease);
		byLease.set(lease, {
			lease,
			name: same?.name ?? claim.name,
			key: claim.key,
			ttl_s: Math.max(claim.ttl_s, same?.ttl_s ?? 0),
			while_active: claim.while_active || (same?.while_active ?? false),
		});
	}
	return [...byLease.values()].sort((a, b) => (a.lease < b.lease ? -1 : 1));
}
