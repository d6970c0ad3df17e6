import type { Effects } from "../effects.ts";
import { isWrongAssumption } from "../journal/assumptions.ts";
import { positionOf } from "../journal/checks.ts";
import { passedCheckStatements } from "../journal/passed-checks.ts";
import type { NamedRepository } from "../journal/repositories.ts";
import { isJournalAway } from "../journal/use-journal.ts";
import type { Log } from "../log.ts";
import { storeDelivery } from "./accept-delivery.ts";
import { addReceipt } from "./count-delivery.ts";
import type { PreparedDelivery } from "./delivery-content.ts";
import type { QueuedMessage } from "./delivery-queue.ts";
import { aboutOf, isQuiet } from "./quiet-branches.ts";
import type { PreparedSignal } from "./track-signal.ts";
import { writeCounts } from "./write-counts.ts";
import { afterSignal } from "./write-delivery.ts";

/** A green check where nothing is under remediation. */
type LateDelivery = PreparedDelivery & {
	readonly signal: PreparedSignal;
	readonly repository: NamedRepository & { readonly id: number };
};

// Written together: a run's jobs end within moments. A row takes the journal's time, and nobody else may wait long.
const GATHER_MS = 250;
const GIVEN_UP_MS = 20 * GATHER_MS;
const MOST_AT_ONCE = 100;
/** More than these are written before their answer again, so that a burst does not fill the memory. */
const MOST_PENDING = 500;

const pending: LateDelivery[] = [];
// When the pending write was scheduled. A request that is cut off takes its timer with it.
let gatheringSince = 0;

/**
 * Keeps a delivery to be written behind its answer, if it is history alone: a check that passed where nothing is under
 * remediation. False otherwise, and in any doubt.
 */
export function keepForLater({ journal, now }: Pick<Effects, "journal" | "now">, delivery: PreparedDelivery): boolean {
	const { content, signal, repository } = delivery;
	if (content.outcome !== "ignored" || content.refused !== undefined || signal?.signal.reports !== "success")
		return false;
	if (repository?.id === undefined || pending.length >= MOST_PENDING) return false;
	// Without a time it may be a repetition: what is stored already decides that.
	if (positionOf(signal.signal) === undefined) return false;
	if (!isQuiet(signal.signal, now()) || isJournalAway(journal, now())) return false;
	pending.push({ ...delivery, signal, repository: { ...repository, id: repository.id } });
	return true;
}

/**
 * Writes what was kept, in a moment: the caller passes the promise to `waitUntil`. Undefined if another request does so already.
 * Never throws.
 */
export function writeLateSoon(effects: Effects, log: Log, queue?: Queue<QueuedMessage>): Promise<void> | undefined {
	const now = effects.now();
	if (Math.abs(now - gatheringSince) < GIVEN_UP_MS) return undefined;
	gatheringSince = now;
	return writeGathered(effects, log, queue);
}

async function writeGathered(effects: Effects, log: Log, queue?: Queue<QueuedMessage>): Promise<void> {
	await effects.sleep(GATHER_MS);
	gatheringSince = 0;
	while (pending.length > 0) {
		const taken = pending.splice(0, MOST_AT_ONCE);
		if (await writeTogether(effects, taken, log)) continue;
		const kept = await writeEach(effects, taken, log, queue);
		if (kept.length === 0) continue;
		// The journal is away, and there is no queue: whatever comes next tries again.
		pending.unshift(...kept);
		break;
	}
	await writeCounts(effects);
}

/** Writes them in one transaction; false if nothing was written. */
async function writeTogether(effects: Effects, taken: readonly LateDelivery[], log: Log): Promise<boolean> {
	const { journal } = effects;
	const checks = taken.map(({ signal, repository }) => ({ ...signal, repository }));
	try {
		await journal.batch([...passedCheckStatements(journal, checks, aboutOf)]);
	} catch (cause) {
		// An incident was opened meanwhile, or a repository renamed.
		if (!isWrongAssumption(cause)) log.warn("deliveries not written together, each is tried", { cause });
		return false;
	}
	for (const delivery of taken) addReceipt(effects.now(), afterSignal(delivery, undefined, log));
	return true;
}

/** Writes each as if it came now; those are left that neither the journal nor the queue took. */
async function writeEach(
	effects: Effects,
	taken: readonly LateDelivery[],
	log: Log,
	queue?: Queue<QueuedMessage>,
): Promise<readonly LateDelivery[]> {
	const kept: LateDelivery[] = [];
	for (const delivery of taken) {
		const receipt = await storeDelivery(effects, delivery, log, queue);
		if (receipt.status === "unavailable") kept.push(delivery);
		else addReceipt(effects.now(), receipt);
	}
	return kept;
}
