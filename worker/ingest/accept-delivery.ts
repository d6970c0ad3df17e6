import type { Delivery } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import { explainFailure, type JournalFailure } from "../journal/failure.ts";
import { isJournalAway, useJournal } from "../journal/use-journal.ts";
import type { Log } from "../log.ts";
import type { PreparedDelivery } from "./delivery-content.ts";
import { needsJournal } from "./delivery-content.ts";
import { type QueuedMessage, queueDelivery } from "./delivery-queue.ts";
import { prepareDelivery } from "./prepare-delivery.ts";
import { type Acceptance, writeDelivery } from "./write-delivery.ts";

/** What became of a delivery. `problem` is one clause for people. */
export type Receipt =
	| Acceptance
	/** The journal is away; the queue has it, and writes it down later. */
	| { readonly status: "queued"; readonly incident_id: string | null }
	/** It can never be taken. */
	| { readonly status: "refused"; readonly problem: string }
	/** It is nowhere: deliver it again. */
	| { readonly status: "unavailable"; readonly problem: string };

/**
 * How long a delivery waits for the journal. GitHub gives up after ten seconds, in which what comes before (three at most,
 * where GitHub has to be asked) and the queue behind it have their part.
 */
const WITHIN_MS = { beforeQueue: 3_000, alone: 6_000 } as const;

/**
 * Takes a verified delivery: read by the pipeline, then written down, or put into `queue` where there is one and the
 * journal does not take it in time. `settle`: wait for other deliveries of the same run.
 */
export async function acceptDelivery(
	effects: Effects,
	received: Delivery,
	settle: boolean,
	log: Log,
	queue?: Queue<QueuedMessage>,
): Promise<Receipt> {
	const prepared = await prepareDelivery(effects, received, settle, log);
	if (!prepared.ok) return { status: "refused", problem: prepared.problem };
	const { delivery } = prepared;
	// Nothing to write down: it is answered whether there is a journal or not.
	if (!needsJournal(delivery)) return await writeDelivery(effects, delivery, log);

	// Others have waited for it in vain: not each delivery has to.
	if (queue !== undefined && isJournalAway(effects.journal, effects.now())) {
		return await queueInstead(queue, delivery, "timed_out", log);
	}
	const limit_ms = queue === undefined ? WITHIN_MS.alone : WITHIN_MS.beforeQueue;
	const { journal, now } = effects;
	const written = await useJournal(journal, { limit_ms, now }, () => writeDelivery(effects, delivery, log));
	if (written.ok) return written.value;
	const { failure, cause } = written;
	log.error("the delivery could not be written down", {
		reason: explainFailure(failure),
		cause,
	});
	if (failure === "unfit") return { status: "refused", problem: explainFailure(failure) };
	if (queue === undefined) return { status: "unavailable", problem: explainFailure(failure) };
	return await queueInstead(queue, delivery, failure, log);
}

async function queueInstead(
	queue: Queue<QueuedMessage>,
	delivery: PreparedDelivery,
	failure: JournalFailure,
	log: Log,
): Promise<Receipt> {
	const queued = await queueDelivery(queue, delivery, log);
	if (!queued.ok) return { status: "unavailable", problem: `${explainFailure(failure)}, and ${queued.problem}` };
	const { content } = delivery;
	return { status: "queued", incident_id: content.outcome === "incident" ? content.incident.id : null };
}
