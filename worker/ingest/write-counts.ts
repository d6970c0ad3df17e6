import type { Effects } from "../effects.ts";
import { isolateMemory } from "../github/isolate-memory.ts";
import { addCountsStatement, keepRateLimitsStatement } from "../journal/counters.ts";
import { pendingCounts } from "../runtime/pending-counts.ts";
import { takeIgnored } from "./pending-ignored.ts";

// Written together: one batch for a burst, not one for each delivery.
const GATHER_MS = 500;
const GIVEN_UP_MS = 10 * GATHER_MS;

// When the pending write was scheduled. A request that is cut off takes its timer with it.
let gatheringSince = 0;

/**
 * Writes what was counted, in a moment: the caller passes the promise to `waitUntil`. Undefined if another request does so
 * already. Never throws.
 */
export function writeCountsSoon(
	effects: Pick<Effects, "journal" | "now" | "sleep" | "log">,
): Promise<void> | undefined {
	const now = effects.now();
	if (Math.abs(now - gatheringSince) < GIVEN_UP_MS) return undefined;
	gatheringSince = now;
	return writeGathered(effects);
}

async function writeGathered(effects: Pick<Effects, "journal" | "sleep" | "log">): Promise<void> {
	await effects.sleep(GATHER_MS);
	gatheringSince = 0;
	await writeCounts(effects);
}

/**
 * Writes to the journal what this isolate counted, the deliveries that it ignored, and what GitHub said of its rate limits.
 * Never throws.
 */
export async function writeCounts({ journal, log }: Pick<Effects, "journal" | "log">): Promise<void> {
	const ignored = takeIgnored();
	const counts = pendingCounts.take();
	const limits = [...isolateMemory.unwrittenLimits].map(([identity, limit]) => ({ identity, ...limit }));
	isolateMemory.unwrittenLimits.clear();
	try {
		const statements = [
			...ignored.statements(journal),
			...(counts.length === 0 ? [] : [addCountsStatement(journal, counts)]),
			...(limits.length === 0 ? [] : [keepRateLimitsStatement(journal, limits)]),
		];
		if (statements.length > 0) await journal.batch(statements);
		if (Object.keys(ignored.counts).length > 0) log.info("deliveries ignored", ignored.counts);
	} catch (cause) {
		ignored.putBack();
		pendingCounts.putBack(counts);
		// No error: those are counted, too.
		log.warn("deliveries and metrics not counted yet", { cause });
	}
}
