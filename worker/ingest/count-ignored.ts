import type { Effects } from "../effects.ts";
import { addIgnoredStatements } from "../journal/ignored.ts";
import { type IgnoredDelivery, ignoredDeliveriesStatement } from "../journal/ignored-deliveries.ts";

// Written together: one batch for a burst, not one for each delivery.
const GATHER_MS = 500;
const GIVEN_UP_MS = 10 * GATHER_MS;
// While the journal is away, the newest: whoever asks then asks about them. Far below 2 MB, the limit of a bound value.
const MOST_PENDING = 500;

// This isolate's counts that are not in the journal yet, by day and reason, and the deliveries themselves, oldest first.
const pending = new Map<string, Map<string, number>>();
let pendingDeliveries: IgnoredDelivery[] = [];
// When the pending write was scheduled. A request that is cut off takes its timer with it.
let gatheringSince = 0;

/**
 * Counts an ignored delivery after its answer, and keeps it among the last ones: the caller passes the promise to `waitUntil`.
 * Without `delivery` it is only counted: nobody proved who sent it. Never throws.
 */
export async function countIgnored(
	effects: Pick<Effects, "journal" | "now" | "sleep" | "log">,
	kind: string,
	delivery?: IgnoredDelivery,
): Promise<void> {
	const now = effects.now();
	add(new Date(now).toISOString().slice(0, 10), kind, 1);
	if (delivery !== undefined) keep(delivery);
	if (Math.abs(now - gatheringSince) < GIVEN_UP_MS) return;
	gatheringSince = now;
	await effects.sleep(GATHER_MS);
	gatheringSince = 0;
	await writeIgnored(effects);
}

/** Writes to the journal what is pending: the counts, and the deliveries. */
export async function writeIgnored(effects: Pick<Effects, "journal" | "log">): Promise<void> {
	const counts = [...pending];
	const deliveries = pendingDeliveries;
	if (counts.length === 0 && deliveries.length === 0) return;
	pending.clear();
	pendingDeliveries = [];
	const { journal } = effects;
	try {
		await journal.batch([
			...counts.flatMap(([day, ofDay]) => addIgnoredStatements(journal, day, ofDay)),
			...(deliveries.length === 0 ? [] : [ignoredDeliveriesStatement(journal, deliveries)]),
		]);
	} catch (cause) {
		for (const [day, ofDay] of counts) for (const [kind, count] of ofDay) add(day, kind, count);
		pendingDeliveries = deliveries.concat(pendingDeliveries).slice(-MOST_PENDING);
		effects.log.warn("ignored deliveries not counted yet", { cause });
	}
}

function keep(delivery: IgnoredDelivery): void {
	if (pendingDeliveries.length === MOST_PENDING) pendingDeliveries.shift();
	pendingDeliveries.push(delivery);
}

function add(day: string, kind: string, count: number): void {
	const counts = pending.get(day) ?? new Map<string, number>();
	pending.set(day, counts.set(kind, (counts.get(kind) ?? 0) + count));
}
