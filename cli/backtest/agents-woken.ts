import type { GroupPolicy } from "../../pipeline/index.ts";

/** A failure of the journal for which a policy would choose an agent. Times are milliseconds. */
export interface Occurrence {
	readonly repository: string;
	/** The key of its cause; null: it shares none. */
	readonly cause: string | null;
	readonly began_at: number;
	/** When its incident ended; null: it has not. */
	readonly ended_at: number | null;
}

/** How many agents a policy would have woken, and how many failures would have waited for another one's fix. */
export interface AgentsWoken {
	readonly woken: number;
	readonly grouped: number;
}

/**
 * Counts in the order in which the failures began: one is grouped while an earlier one with its cause is unfinished and within the
 * group's window. When an incident ends is taken from the journal: nobody knows what another policy would have made of it.
 */
export function agentsWoken(occurrences: readonly Occurrence[], group: GroupPolicy | undefined): AgentsWoken {
	const openUntil = new Map<string, number>();
	let grouped = 0;
	for (const { repository, cause, began_at, ended_at } of occurrences.toSorted((a, b) => a.began_at - b.began_at)) {
		if (cause === null || group === undefined || group.scope === "off") continue;
		const [owner] = repository.toLowerCase().split("/");
		const key = `${group.scope === "organization" ? owner : repository.toLowerCase()}|${cause}`;
		if (began_at < (openUntil.get(key) ?? 0)) grouped++;
		else openUntil.set(key, Math.min(began_at + group.window_s * 1000, ended_at ?? Number.POSITIVE_INFINITY));
	}
	return { woken: occurrences.length - grouped, grouped };
}
