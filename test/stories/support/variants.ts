import { seededChance } from "../../support/seeded-chance.ts";
import type { DeliverStep, Story } from "./story-file.ts";

/** One way in which GitHub may deliver a story. The end is the same in all of them. */
export interface Variant {
	readonly name: "plain" | "doubled" | "shuffled 1" | "shuffled 2";
	readonly isDoubled: boolean;
	order(deliveries: readonly Omit<DeliverStep, "answer">[]): readonly Omit<DeliverStep, "answer">[];
}

const asWritten: Variant["order"] = (deliveries) => deliveries;

/** Shuffled only where the story has deliveries in any order. */
export function variantsOf({ steps }: Story): readonly Variant[] {
	const isOrdered = steps.every((step) => !("in any order" in step));
	const doubled: Variant = { name: "doubled", isDoubled: true, order: asWritten };
	const plain: Variant = { name: "plain", isDoubled: false, order: asWritten };
	if (isOrdered) return [plain, doubled];
	const reversed: Variant = { name: "shuffled 1", isDoubled: false, order: (all) => all.toReversed() };
	const chance = seededChance();
	const shuffled: Variant = { name: "shuffled 2", isDoubled: true, order: (all) => chance.shuffled(all) };
	return [plain, doubled, reversed, shuffled];
}
