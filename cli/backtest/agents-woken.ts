import type { GroupPolicy } from "../../pipeline/index.ts";
import { DAY_MS } from "../../wire/durations.ts";

/** A failure of the journal for which a policy would choose an agent. Times are milliseconds. */
export interface Occurrence {
	readonly repository: string;
	/** The key of its cause; null: it shares none. */
	readonly cause: string | null;
	/** The same whatever groups share: what the flake ledger knows it by. */
	readonly flake: string | null;
	readonly began_at: number;
	/** When its incident ended; null: it has not. */
	readonly ended_at: number | null;
	/** Whether the policy has its jobs run again first. */
	readonly rerun: "yes" | "if_flaky" | "no";
	/** Whether it passed when somebody ran it again: policy, or a person. */
	readonly has_passed_again: boolean;
	/** Which failures of its repository are a group. */
	readonly group: GroupPolicy | undefined;
}

/** How many agents a policy would have woken, and what became of the other failures. */
export interface AgentsWoken {
	/** Those run again of which nobody knows whether they would have passed are among them. */
	readonly woken: number;
	/** They would have waited for another one's fix. */
	readonly grouped: number;
	/** They would have been run again first, and passed when that was done. */
	readonly passed_again: number;
	/** Of the woken: they would have been run again first, with a result that nobody knows. */
	readonly run_again: number;
}

// As long as the ledger remembers (docs/remediation.md).
const FLAKE_MS = 14 * DAY_MS;

/**
 * Counts in the order in which the failures began. One is run again if the policy says so, by the flakes that were known then; one
 * is grouped while an earlier one with its cause is unfinished and within the group's window. When an incident ended, and whether
 * it passed when it was run again, is taken from the journal: nobody knows what another policy would have made of it.
 */
export function agentsWoken(occurrences: readonly Occurrence[]): AgentsWoken {
	const openUntil = new Map<string, number>();
	const flakes = new Map<string, number[]>();
	const counts = { grouped: 0, passed_again: 0, run_again: 0 };
	for (const one of occurrences.toSorted((a, b) => a.began_at - b.began_at)) {
		const isRerun = one.rerun === "yes" || (one.rerun === "if_flaky" && isFlaky(flakes, one));
		noteFlake(flakes, one);
		if (isRerun && one.has_passed_again) {
			counts.passed_again++;
			continue;
		}
		if (joins(openUntil, one)) counts.grouped++;
		else if (isRerun) counts.run_again++;
	}
	return { woken: occurrences.length - counts.grouped - counts.passed_again, ...counts };
}

function isFlaky(flakes: ReadonlyMap<string, readonly number[]>, one: Occurrence): boolean {
	const seen = flakes.get(flakeKey(one)) ?? [];
	return seen.some((at) => at <= one.began_at && one.began_at - at < FLAKE_MS);
}

function noteFlake(flakes: Map<string, number[]>, one: Occurrence): void {
	const { flake, has_passed_again, ended_at } = one;
	if (flake === null || !has_passed_again || ended_at === null) return;
	flakes.set(flakeKey(one), [...(flakes.get(flakeKey(one)) ?? []), ended_at]);
}

function flakeKey({ repository, flake }: Occurrence): string {
	return `${repository.toLowerCase()}|${flake}`;
}

/** Whether it waits for an earlier one; otherwise it leads. */
function joins(openUntil: Map<string, number>, { repository, cause, began_at, ended_at, group }: Occurrence): boolean {
	if (cause === null || group === undefined || group.scope === "off") return false;
	const [owner] = repository.toLowerCase().split("/");
	const key = `${group.scope === "organization" ? owner : repository.toLowerCase()}|${cause}`;
	if (began_at < (openUntil.get(key) ?? 0)) return true;
	openUntil.set(key, Math.min(began_at + group.window_s * 1000, ended_at ?? Number.POSITIVE_INFINITY));
	return false;
}
