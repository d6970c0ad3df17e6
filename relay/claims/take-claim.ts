import type { ClaimRecord } from "../cluster/claim-record.ts";
import { IN_FLIGHT_MS } from "../cluster/claim-timing.ts";
import type { HeldClaim, HeldClaims } from "./held-claims.ts";
import { type SpawnCall, type StepAnswer, unavailable } from "./spawn-call.ts";

/** What a call does with an existing claim. `restore`: releasing it restores the earlier record. */
export type Judgement =
	| { readonly do: "recognise" }
	| { readonly do: "take_over"; readonly restore: boolean }
	| { readonly do: "stop"; readonly answer: NonNullable<StepAnswer> };

export interface ClaimSpec {
	readonly lease: string;
	readonly key: string;
	readonly ttl_s: number;
	readonly while_active: boolean;
}

/** How often another call may change the claim before this one stops. */
const ROUNDS = 8;

/**
 * Takes one claim: creates it, or does what `judge` decides about the existing one. Every write is conditional: of two
 * concurrent calls, one retries with what the other wrote.
 */
export async function takeClaim(
	call: SpawnCall,
	claims: HeldClaims,
	spec: ClaimSpec,
	judge: (record: ClaimRecord) => Promise<Judgement>,
): Promise<StepAnswer> {
	const { cluster, clock } = call;
	for (let round = 0; round < ROUNDS; round++) {
		// Read both clocks before the write is sent: a claim may be older than it says, never younger.
		const taken_at = clock.monotonic();
		const record = newRecord(call, spec);
		const hold = (version: string, how: Pick<HeldClaim, "how" | "before" | "othersUntil">) =>
			void claims.set(spec.lease, { lease: spec.lease, record, version, taken_at, ...how });

		const made = await cluster.createClaim(spec.lease, record);
		if (made.kind === "unavailable") return made;
		if (made.kind === "written") return hold(made.version, { how: "created", othersUntil: 0 });

		const found = await cluster.readClaim(spec.lease);
		if (found.kind === "unavailable") return found;
		if (found.kind === "not_found") continue;
		const { record: before, version } = found.claim;
		const judgement = await judge(before);
		if (judgement.do === "stop") return judgement.answer;

		const written = await cluster.replaceClaim(spec.lease, record, version);
		if (written.kind === "unavailable") return written;
		if (written.kind !== "written") continue;
		if (judgement.do === "recognise") {
			return hold(written.version, { how: "recognised", othersUntil: before.quiet_at });
		}
		return hold(written.version, { how: "took_over", othersUntil: 0, ...(judgement.restore ? { before } : {}) });
	}
	return unavailable("a claim changes too fast");
}

function newRecord({ request, digest, clock }: SpawnCall, { key, ttl_s, while_active }: ClaimSpec): ClaimRecord {
	const taken_at = clock.now();
	return {
		key,
		holder: request.incident_id,
		attempt: request.attempt,
		coderun_name: request.coderun.metadata.name,
		digest,
		taken_at,
		ttl_s,
		while_active,
		seen: false,
		quiet_at: taken_at + IN_FLIGHT_MS,
	};
}
