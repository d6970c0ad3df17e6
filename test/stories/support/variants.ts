import { seededChance } from "../../support/seeded-chance.ts";
import type { DeliverStep, Story } from "./story-file.ts";

/** One way in which GitHub may deliver a story. The end is the same in all of them. */
export interface Variant {
	readonly name: "plain" | "doubled" | "shuffled 1" | "shuffled 2";
	readonly isDoubled: boolean;
	order(deliveries: readonly Omit<DeliverStep, "answer">[]): readonly Omit<DeliverStep, "answer">[];
}

export const PLAIN: Variant = { name: "plain", isDoubled: false, order: (deliveries) => deliveries };

// Drawn before anything runs, so that the seed repeats it.
const chance = seededChance();
const MOST_IN_ANY_ORDER = 20;

/** Shuffled only where the story has deliveries in any order. */
export function variantsOf({ steps }: Story): readonly Variant[] {
	const doubled: Variant = { name: "doubled", isDoubled: true, order: PLAIN.order };
	if (steps.every((step) => !("in any order" in step))) return [PLAIN, doubled];
	const reversed: Variant = { name: "shuffled 1", isDoubled: false, order: (all) => all.toReversed() };
	const ranks = chance.shuffled(Array.from({ length: MOST_IN_ANY_ORDER }, (_, rank) => rank));
	const shuffled: Variant = { name: "shuffled 2", isDoubled: true, order: (all) => byRank(all, ranks) };
	return [PLAIN, doubled, reversed, shuffled];
}

function byRank<T>(all: readonly T[], ranks: readonly number[]): readonly T[] {
	const order = all.map((one, at) => ({ one, rank: ranks[at] ?? at })).toSorted((a, b) => a.rank - b.rank);
	return order.map(({ one }) => one);
}
