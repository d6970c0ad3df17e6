/** What this isolate counted and has not written to the journal yet: a count by metric, without `_total`, and label. */
class PendingCounts {
	#counts = new Map<string, Map<string, number>>();

	add(name: string, label = "", count = 1): void {
		const labels = this.#counts.get(name) ?? new Map<string, number>();
		this.#counts.set(name, labels.set(label, (labels.get(label) ?? 0) + count));
	}

	/** Takes them all, to be written; those that could not be written are added again. */
	take(): readonly { readonly name: string; readonly label: string; readonly value: number }[] {
		const taken = [...this.#counts].flatMap(([name, labels]) =>
			[...labels].map(([label, value]) => ({ name, label, value })),
		);
		this.#counts = new Map();
		return taken;
	}
}

/** The counts of this isolate: isolates share no memory, so the journal adds them up. */
export const pendingCounts = new PendingCounts();
