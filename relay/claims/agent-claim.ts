import type { ClaimRecord } from "../cluster/claim-record.ts";
import { AGENT_CLAIM_TTL_S, AGENT_WAIT_MS, CLOCK_SLACK_MS } from "../cluster/claim-timing.ts";
import { leaseName } from "../cluster/lease-name.ts";
import type { HeldClaims } from "./held-claims.ts";
import { held, limitsActive, type SpawnCall, type StepAnswer, unavailable } from "./spawn-call.ts";
import { type Judgement, takeClaim } from "./take-claim.ts";

const LOOK_AGAIN_MS = 100;

/**
 * Takes the claim on the agent: whoever has it counts the agent's unfinished CodeRuns and makes its own. It is short,
 * so it is worth waiting for; after 5 s the caller repeats instead.
 */
export async function acquireAgentSlot(call: SpawnCall, claims: HeldClaims): Promise<StepAnswer> {
	if (!limitsActive(call)) return undefined;
	const { agent } = call.request;
	const wanted = { lease: agentLease(call), key: agent, ttl_s: AGENT_CLAIM_TTL_S, while_active: false };
	const giveUpAt = call.clock.monotonic() + AGENT_WAIT_MS;
	for (;;) {
		const answer = await takeClaim(call, claims, wanted, async (record) => judge(call, record));
		if (answer?.kind !== "result") return answer;
		if (call.clock.monotonic() >= giveUpAt) return unavailable(`others are in line for ${agent}`);
		await call.clock.sleep(LOOK_AGAIN_MS);
	}
}

/**
 * Lets the next one count, now that this attempt's CodeRun is there to be counted: a recognised turn as well, since
 * nobody who still holds it can make another. A turn written by another call since then stays that call's.
 */
export async function releaseAgentSlot(call: SpawnCall, claims: HeldClaims): Promise<void> {
	const turn = claims.get(agentLease(call));
	if (turn !== undefined) await call.cluster.deleteClaim(turn.lease, turn.version);
}

function judge(call: SpawnCall, record: ClaimRecord): Judgement {
	const { incident_id, attempt, agent } = call.request;
	if (record.holder === incident_id && record.attempt === attempt) return { do: "recognise" };
	const until = record.taken_at + record.ttl_s * 1000 + CLOCK_SLACK_MS;
	if (call.clock.now() < until) return { do: "stop", answer: held(agent, record, until) };
	return { do: "take_over", restore: false };
}

function agentLease(call: SpawnCall): string {
	return leaseName("agent", call.request.agent);
}
