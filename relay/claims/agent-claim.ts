import type { ClaimRecord } from "../cluster/claim-record.ts";
import { AGENT_CLAIM_TTL_S, AGENT_WAIT_MS, CLOCK_SLACK_MS } from "../cluster/claim-timing.ts";
import { leaseName } from "../cluster/lease-name.ts";
import type { HeldClaims } from "./held-claims.ts";
import { activeLimit, held, type SpawnAnswer, type SpawnCall, type StepAnswer, unavailable } from "./spawn-call.ts";
import { type Judgement, takeClaim } from "./take-claim.ts";

const POLL_MS = 100;

/**
 * Calls of one relay that count the agent's CodeRuns go one after the other: else all of them ask the cluster for its claim ten
 * times a second. Which relay goes first only the claim decides. `act` has until `giveUpAt` to take it (monotonic); after 5 s in
 * all the caller has to retry.
 */
export async function inAgentTurn(
	call: SpawnCall,
	act: (giveUpAt: number) => Promise<SpawnAnswer>,
): Promise<SpawnAnswer> {
	const giveUpAt = call.clock.monotonic() + AGENT_WAIT_MS;
	if (call.turns === undefined || activeLimit(call) === undefined) return await act(giveUpAt);
	const endTurn = await call.turns.take(call.request.agent, AGENT_WAIT_MS);
	if (endTurn === undefined) return othersWait(call);
	try {
		return await act(giveUpAt);
	} finally {
		endTurn();
	}
}

/**
 * Takes the claim on the agent. Its holder counts the agent's unfinished CodeRuns and creates its own. The claim is
 * held only briefly, so it is worth waiting for.
 */
export async function acquireAgentSlot(call: SpawnCall, claims: HeldClaims, giveUpAt: number): Promise<StepAnswer> {
	if (activeLimit(call) === undefined) return undefined;
	const { agent } = call.request;
	const spec = { lease: agentLease(call), key: agent, ttl_s: AGENT_CLAIM_TTL_S, while_active: false };
	for (;;) {
		const answer = await takeClaim(call, claims, spec, async (record) => judge(call, record));
		if (answer?.kind !== "result") return answer;
		if (call.clock.monotonic() >= giveUpAt) return othersWait(call);
		await call.clock.sleep(POLL_MS);
	}
}

/**
 * Releases the claim once this attempt's CodeRun exists and can be counted. A recognised claim is released too: nobody
 * who still holds it can create another CodeRun. A claim that another call has written since belongs to that call.
 */
export async function releaseAgentSlot(call: SpawnCall, claims: HeldClaims): Promise<void> {
	const claim = claims.get(agentLease(call));
	if (claim !== undefined) await call.cluster.deleteClaim(claim.lease, claim.version);
}

function othersWait({ request }: SpawnCall): SpawnAnswer {
	return unavailable(`other requests are waiting for ${request.agent}`);
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
