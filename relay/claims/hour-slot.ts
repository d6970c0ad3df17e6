import { HOUR_S } from "../../wire/durations.ts";
import type { ClaimRecord } from "../cluster/claim-record.ts";
import { CLOCK_SLACK_MS } from "../cluster/claim-timing.ts";
import { leaseName } from "../cluster/lease-name.ts";
import type { HeldClaims } from "./held-claims.ts";
import { held, overHourlyCap, type SpawnCall, type StepAnswer } from "./spawn-call.ts";
import { type Judgement, takeClaim } from "./take-claim.ts";

/**
 * Takes one of the relay's slots of this hour, where it has a cap of its own. A slot is a claim for an hour, so the
 * count is exact for all relays of the namespace together, and deleting CodeRuns frees none.
 */
export async function takeHourSlot(call: SpawnCall, claims: HeldClaims): Promise<StepAnswer> {
	const slots = call.limits?.max_per_hour;
	if (slots === undefined) return undefined;
	// A repeated request begins at the slot that its first call took.
	const first = Number.parseInt(call.request.incident_id.slice(0, 8), 16);
	let freeAt = Number.POSITIVE_INFINITY;
	for (let at = 0; at < slots; at++) {
		const slot = `${(first + at) % slots}`;
		const spec = { lease: leaseName("hour", slot), key: `hour slot ${slot}`, ttl_s: HOUR_S, while_active: false };
		const answer = await takeClaim(call, claims, spec, async (record) => judge(call, record));
		if (answer?.kind !== "result") return answer;
		if (answer.result.result !== "held") return answer;
		freeAt = Math.min(freeAt, Date.parse(answer.result.until ?? "") || freeAt);
	}
	return overHourlyCap(call, slots, freeAt);
}

function judge(call: SpawnCall, record: ClaimRecord): Judgement {
	const { incident_id, attempt } = call.request;
	if (record.holder === incident_id && record.attempt === attempt) return { do: "recognise" };
	const until = record.taken_at + record.ttl_s * 1000 + CLOCK_SLACK_MS;
	if (call.clock.now() < until) return { do: "stop", answer: held("hour", record, until) };
	return { do: "take_over", restore: false };
}
