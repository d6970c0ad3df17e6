import { addIgnoredStatements } from "../journal/ignored.ts";
import { type IgnoredDelivery, ignoredDeliveriesStatement } from "../journal/ignored-deliveries.ts";

// While the journal is away, the newest: whoever asks then asks about them. Far below 2 MB, the limit of a bound value.
const MOST_PENDING = 500;

// What this isolate has not written to the journal yet: counts by day and reason, and the deliveries themselves, oldest first.
let pending = new Map<string, Map<string, number>>();
let pendingDeliveries: IgnoredDelivery[] = [];

/**
 * Counts an ignored delivery in this isolate, and keeps it among the last ones. Without `delivery` it is only counted: nobody
 * proved who sent it.
 */
export function addIgnored(now: number, kind: string, delivery?: IgnoredDelivery): void {
	add(new Date(now).toISOString().slice(0, 10), kind, 1);
	if (delivery === undefined) return;
	if (pendingDeliveries.length === MOST_PENDING) pendingDeliveries.shift();
	pendingDeliveries.push(delivery);
}

/** Takes all that is pending, to be written. `putBack`: it could not be. */
export function takeIgnored(): { statements(db: D1Database): readonly D1PreparedStatement[]; putBack(): void } {
	const counts = pending;
	const deliveries = pendingDeliveries;
	pending = new Map();
	pendingDeliveries = [];
	return {
		statements: (db) => [
			...[...counts].flatMap(([day, ofDay]) => addIgnoredStatements(db, day, ofDay)),
			...(deliveries.length === 0 ? [] : [ignoredDeliveriesStatement(db, deliveries)]),
		],
		putBack() {
			for (const [day, ofDay] of counts) for (const [kind, count] of ofDay) add(day, kind, count);
			pendingDeliveries = deliveries.concat(pendingDeliveries).slice(-MOST_PENDING);
		},
	};
}

function add(day: string, kind: string, count: number): void {
	const counts = pending.get(day) ?? new Map<string, number>();
	pending.set(day, counts.set(kind, (counts.get(kind) ?? 0) + count));
}
