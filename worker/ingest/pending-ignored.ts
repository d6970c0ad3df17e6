import { DAY_MS } from "../../wire/durations.ts";
import { addIgnoredStatement } from "../journal/ignored.ts";
import { type IgnoredDelivery, ignoredDeliveriesStatement } from "../journal/ignored-deliveries.ts";
import { PendingCounts } from "../runtime/pending-counts.ts";

// While the journal is away, the newest: whoever asks then asks about them. Far below 2 MB, the limit of a bound value.
const MOST_PENDING = 500;

// What this isolate has not written to the journal yet: counts by day and reason, and the deliveries themselves, oldest first.
const pending = new PendingCounts();
let pendingDeliveries: IgnoredDelivery[] = [];

/**
 * Counts an ignored delivery in this isolate, and keeps it among the last ones. Without `delivery` it is only counted: nobody
 * proved who sent it.
 */
export function addIgnored(now: number, kind: string, delivery?: IgnoredDelivery): void {
	pending.add(dayOf(now), kind);
	if (delivery === undefined) return;
	if (pendingDeliveries.length === MOST_PENDING) pendingDeliveries.shift();
	pendingDeliveries.push(delivery);
}

let lastDay = { number: Number.NaN, text: "" };

function dayOf(now: number): string {
	const number = Math.floor(now / DAY_MS);
	if (number !== lastDay.number) lastDay = { number, text: new Date(now).toISOString().slice(0, 10) };
	return lastDay.text;
}

/** Takes all that is pending, to be written. `putBack`: it could not be. */
export function takeIgnored(): {
	/** By kind of reason. */
	readonly counts: Readonly<Record<string, number>>;
	statements(db: D1Database): readonly D1PreparedStatement[];
	putBack(): void;
} {
	const taken = pending.take();
	const counts = taken.map(({ name, label, value }) => ({ day: name, reason: label, count: value }));
	const deliveries = pendingDeliveries;
	pendingDeliveries = [];
	return {
		counts: Object.fromEntries(counts.map(({ reason, count }) => [reason, count])),
		statements: (db) => [
			...(counts.length === 0 ? [] : [addIgnoredStatement(db, counts)]),
			...(deliveries.length === 0 ? [] : [ignoredDeliveriesStatement(db, deliveries)]),
		],
		putBack() {
			pending.putBack(taken);
			pendingDeliveries = deliveries.concat(pendingDeliveries).slice(-MOST_PENDING);
		},
	};
}
