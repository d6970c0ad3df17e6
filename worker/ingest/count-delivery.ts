import type { Effects } from "../effects.ts";
import type { IgnoredDelivery } from "../journal/ignored-deliveries.ts";
import type { DeliveryOutcome } from "../journal/statuses.ts";
import { pendingCounts } from "../runtime/pending-counts.ts";
import type { Receipt } from "./accept-delivery.ts";
import { addIgnored } from "./pending-ignored.ts";
import { writeCountsSoon } from "./write-counts.ts";

type Needed = Pick<Effects, "journal" | "now" | "sleep" | "log">;

/**
 * Counts a delivery by its receipt, and writes the counts after its answer: the caller passes the promise, if there is one, to
 * `waitUntil`. Never throws.
 */
export function countReceipt(effects: Needed, receipt: Receipt): Promise<void> | undefined {
	addReceipt(effects.now(), receipt);
	// It waits for the journal itself.
	return receipt.status === "queued" ? undefined : writeCountsSoon(effects);
}

/** Counts a delivery by its receipt in this isolate alone: the caller writes the counts when it has done all that it does. */
export function addReceipt(now: number, receipt: Receipt): void {
	const outcome = outcomeOf(receipt);
	if (outcome !== undefined) pendingCounts.add("healer_deliveries", outcome);
	if (receipt.status === "ignored") addIgnored(now, receipt.kind, receipt.delivery);
}

/** Counts a delivery that is answered with this status, 4xx or 5xx, like `countReceipt`. */
export function countRefusal(effects: Needed, status: number): Promise<void> | undefined {
	const outcome: DeliveryOutcome = status >= 500 ? "failed" : "refused";
	pendingCounts.add("healer_deliveries", outcome);
	return writeCountsSoon(effects);
}

/** Counts an ignored delivery among those alone, like `countReceipt`. */
export function countIgnored(effects: Needed, kind: string, delivery?: IgnoredDelivery): Promise<void> | undefined {
	addIgnored(effects.now(), kind, delivery);
	return writeCountsSoon(effects);
}

/**
 * What a delivery counts as; undefined: it is in the queue, and counted once it is written, or it is answered 4xx or 5xx, and
 * counted by that.
 */
function outcomeOf(receipt: Receipt): DeliveryOutcome | undefined {
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
