import type { Delivery } from "../pipeline/index.ts";

/** What the bench asks of its worker: failures to bring to their CodeRuns, and the log that each failed with. */
export interface JournalWork {
	readonly deliveries: readonly Delivery[];
	readonly log: string;
}

/** What that cost, the first failure aside. */
export interface JournalRun {
	/** What the database grew by for one incident. */
	readonly bytes: number;
	/** Calls to the journal, of each delivery and of each incident from its lock to its CodeRun. */
	readonly taking: readonly number[];
	readonly sending: readonly number[];
}
