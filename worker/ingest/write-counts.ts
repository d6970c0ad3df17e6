import type { Effects } from "../effects.ts";
import { isolateMemory } from "../github/isolate-memory.ts";
import { addCountsStatement, keepRateLimitsStatement } from "../journal/counters.ts";
import type { DeliveryOutcome } from "../journal/statuses.ts";
import { pendingCounts } from "../runtime/pending-counts.ts";
import type { Receipt } from "./accept-delivery.ts";

// Written together: one statement for a burst, not one for each delivery.
const GATHER_MS = 500;
const GIVEN_UP_MS = 10 * GATHER_MS;

// When the pending write was scheduled. A request that is cut off takes its timer with it.
let gatheringSince = 0;

type Needed = Pick<Effects, "journal" | "now" | "sleep" | "log">;

/** Counts a delivery in this isolate alone: the caller writes the counts when it has done all that it does. */
export function addDelivery(outcome: DeliveryOutcome): void {
	pendingCounts.add("healer_deliveries", outcome);
}

/** Counts a delivery after its answer: the caller passes the promise to `waitUntil`. Never throws. */
export async function countDelivery(effects: Needed, outcome: DeliveryOutcome | undefined): Promise<void> {
	if (outcome === undefined) return;
	addDelivery(outcome);
	const now = effects.now();
	if (Math.abs(now - gatheringSince) < GIVEN_UP_MS) return;
	gatheringSince = now;
	await effects.sleep(GATHER_MS);
	gatheringSince = 0;
	await writeCounts(effects);
}

/**
 * What a delivery counts as; undefined: it is in the queue, and counted once it is written, or it is answered 4xx or 5xx, and
 * counted by that.
 */
export function outcomeOf(receipt: Receipt): DeliveryOutcome | undefined {
	switch (receipt.status) {
		case "accepted":
		case "duplicate":
		case "ignored":
		case "recorded":
			return receipt.status;
		case "command":
			return receipt.isNew ? "accepted" : "duplicate";
		case "queued":
		case "refused":
		case "unavailable":
			return undefined;
		default:
			return receipt satisfies never;
	}
}

/** What a delivery counts as whose answer has this status of HTTP; undefined: its receipt says. */
export function outcomeOfStatus(status: number): DeliveryOutcome | undefined {
	if (status >= 500) return "failed";
	return status >= 400 ? "refused" : undefined;
}

/** Writes what this isolate counted, and what GitHub said of its rate limits, to the journal. Never throws. */
export async function writeCounts({ journal, log }: Pick<Effects, "journal" | "log">): Promise<void> {
	const counts = pendingCounts.take();
	const limits = [...isolateMemory.unwrittenLimits].map(([identity, limit]) => ({ identity, ...limit }));
	isolateMemory.unwrittenLimits.clear();
	if (counts.length === 0 && limits.length === 0) return;
	try {
		await journal.batch([
			...(counts.length === 0 ? [] : [addCountsStatement(journal, counts)]),
			...(limits.length === 0 ? [] : [keepRateLimitsStatement(journal, limits)]),
		]);
	} catch (cause) {
		for (const { name, label, value } of counts) pendingCounts.add(name, label, value);
		// No error: those are counted, too.
		log.warn("metrics not counted yet", { cause });
	}
}
