import type { Effects } from "../effects.ts";
import { explainFailure, type JournalFailure } from "../journal/failure.ts";
import { isJournalAway, useJournal } from "../journal/use-journal.ts";
import type { Log } from "../log.ts";
import type { PreparedDelivery } from "./delivery-content.ts";
import { needsJournal } from "./delivery-content.ts";
import { type QueuedMessage, queueDelivery } from "./delivery-queue.ts";
import { type Origin, prepareDelivery, type TracedDelivery } from "./prepare-delivery.ts";
import { type Acceptance, ignore, writeDelivery } from "./write-delivery.ts";

/** The result of a delivery. `problem` is one clause for people. */
export type Receipt =
	| Acceptance
	/** The journal is unavailable; the queue has the delivery and writes it later. */
	| { readonly status: "queued"; readonly incident_id: string | null }
	/** It can never be accepted. */
	| { readonly status: "refused"; readonly problem: string }
	/** It is stored nowhere: deliver it again. */
	| { readonly status: "unavailable"; readonly problem: string };

/**
 * How long a delivery waits for the journal. GitHub times out after ten seconds, which this wait shares with the work before
 * it (at most three seconds, if GitHub has to be asked) and with the queue after it.
 */
const WITHIN_MS = { beforeQueue: 3_000, alone: 6_000 } as const;

/**
 * Accepts a verified delivery: the pipeline reads it, then the journal stores it, or `queue` if there is one and the journal
 * does not accept it in time.
 */
export async function acceptDelivery(
	effects: Effects,
	received: TracedDelivery,
	from: Origin,
	log: Log,
	queue?: Queue<QueuedMessage>,
): Promise<Receipt> {
	const prepared = await prepareDelivery(effects, received, from, log);
	if (!prepared.ok) return { status: "refused", problem: prepared.problem };
	return await storeDelivery(effects, prepared.delivery, log, queue);
}

/** Stores a prepared delivery, or queues it. */
export async function storeDelivery(
	effects: Effects,
	delivery: PreparedDelivery,
	log: Log,
	queue?: Queue<QueuedMessage>,
): Promise<Receipt> {
	const { content } = delivery;
	// Nothing to store, so the answer does not depend on the journal.
	if (content.outcome === "ignored" && !needsJournal(delivery)) return ignore(delivery, content.reason, log);

	// The journal timed out a moment ago for another delivery: this one skips the wait.
	if (queue !== undefined && isJournalAway(effects.journal, effects.now())) {
		return await queueInstead(queue, delivery, "timed_out", log);
	}
	const limitMs = queue === undefined ? WITHIN_MS.alone : WITHIN_MS.beforeQueue;
	const { journal, now } = effects;
	const written = await useJournal(journal, { limitMs, now }, () => writeDelivery(effects, delivery, log));
	if (written.ok) return written.value;
	const { failure, cause } = written;
	log.error("delivery not stored", {
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
