import { type Backoff, backoffMs } from "../../wire/backoff.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import type { GitHub, GitHubFailure } from "../github/github.ts";
import {
	dueFailedDeliveries,
	type FailedDelivery,
	markLost,
	markRecovered,
	recordRequest,
	undoRequest,
} from "../journal/failed-deliveries.ts";
import type { Cost } from "../runtime/budget.ts";
import { pendingCounts } from "../runtime/pending-counts.ts";

export interface RedeliveryResult {
	readonly requested: number;
	readonly lost: number;
	/** Why it stopped before all were requested. */
	readonly failure?: GitHubFailure;
}

// 2, 6, 18, 54 minutes, then hours: while Healer is unreachable, GitHub's redeliveries fail as well.
const PAUSES: Backoff = { firstMs: 2 * MINUTE_MS, longestMs: 6 * HOUR_MS, factor: 3 };
// GitHub redelivers events of the last 3 days, GitHub Enterprise Server of the last 7:
// https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
const LONGEST_KEPT_MS = 7 * DAY_MS;
const BATCH = 100;
// One request, and what the run records at its end.
const ASK_COST: Cost = { statements: 10, subrequests: 10 };

/** Requests redelivery of pending deliveries that are due, one after the other, until `until`. */
export async function requestRedelivery(
	effects: Pick<Effects, "budget" | "journal" | "now" | "log">,
	github: GitHub,
	until: number,
): Promise<RedeliveryResult> {
	const { journal } = effects;
	await markRecovered(journal);
	const done = { requested: 0, lost: 0 };
	for (const lost of await dueFailedDeliveries(journal, effects.now(), BATCH)) {
		if (effects.now() >= until || !effects.budget.has(ASK_COST)) break;
		if (effects.now() - lost.delivered_at > LONGEST_KEPT_MS) {
			await markLost(journal, lost.guid, effects.now());
			pendingCounts.add("healer_lost_deliveries");
			effects.log.warn("delivery lost", { delivery_id: lost.guid, reason: "GitHub keeps deliveries no longer" });
			done.lost++;
			continue;
		}
		const failure = await askFor(effects, github, lost);
		pendingCounts.add("healer_redelivery_requests");
		if (failure === undefined) done.requested++;
		else if (isForGood(failure)) {
			await markLost(journal, lost.guid, effects.now());
			pendingCounts.add("healer_lost_deliveries");
			effects.log.warn("delivery lost", { delivery_id: lost.guid, reason: detailOf(failure) });
			done.lost++;
		} else return { ...done, failure };
	}
	return done;
}

async function askFor(
	{ journal, now }: Pick<Effects, "journal" | "now">,
	github: GitHub,
	{ guid, delivery_id, requests }: FailedDelivery,
): Promise<GitHubFailure | undefined> {
	await recordRequest(journal, guid, now() + backoffMs(requests, PAUSES));
	const route = "POST /app/hook/deliveries/{delivery_id}/attempts";
	// GitHub's description has a number, which may exceed JavaScript's safe integers. In the URL it is only digits.
	const answer = await github.asApp(route, { delivery_id: delivery_id as unknown as number });
	if (answer.ok) return undefined;
	// GitHub may have received a request that was cut off.
	const mayHaveArrived = answer.failure.reason === "unavailable";
	if (!isForGood(answer.failure) && !mayHaveArrived) await undoRequest(journal, guid, now());
	return answer.failure;
}

/** Failures that a later request cannot change, unlike limits, outages and wrong credentials. */
function isForGood({ reason }: GitHubFailure): boolean {
	return reason === "not_found" || reason === "refused";
}

function detailOf(failure: GitHubFailure): string {
	return failure.reason === "rate_limited" ? "limited" : failure.detail;
}
