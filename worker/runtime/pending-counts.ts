/** A count by name and label. */
export interface PendingCount {
	readonly name: string;
	readonly label: string;
	readonly value: number;
}

/** What this isolate counted and has not written to the journal yet. */
export class PendingCounts {
	#counts = new Map<string, Map<string, number>>();

	add(name: string, label = "", count = 1): void {
		const labels = this.#counts.get(name) ?? new Map<string, number>();
		this.#counts.set(name, labels.set(label, (labels.get(label) ?? 0) + count));
	}

	/** Takes them all, to be written. */
	take(): readonly PendingCount[] {
		const taken = [...this.#counts].flatMap(([name, labels]) =>
			[...labels].map(([label, value]) => ({ name, label, value })),
		);
		this.#counts = new Map();
		return taken;
	}

	/** Adds again what was taken and could not be written. */
	putBack(taken: readonly PendingCount[]): void {
		for (const { name, label, value } of taken) this.add(name, label, value);
	}
}

/** The metrics of this isolate, without `_total`: isolates share no memory, so the journal adds them up. */
export const pendingCounts = new PendingCounts();
