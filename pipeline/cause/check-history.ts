import type { Fingerprint } from "../fingerprint.ts";
import { failedAgain, type RerunFacts } from "../rerun.ts";
import type { WhoseVerdict } from "../whose-failure.ts";
import { type CheckResult, type KnownCommit, whoseFailure } from "./verdict.ts";

/** What is known of the check of an incident of a pull request, on its own branch and on the one that it is merged into. */
export interface CheckHistory {
	/** The failure itself; its cause is known once it is decided. */
	readonly red: Omit<CheckResult, "is_green" | "fingerprint">;
	/** Absent: nobody names it. */
	readonly base?: string;
	/** In any order, also more than once. */
	readonly results: readonly CheckResult[];
	readonly commits: ReadonlyMap<string, KnownCommit>;
	/** Why more is not known, as a clause: GitHub was asked and gave no answer, or nobody can be asked. */
	readonly unanswered?: string;
}

/** What a decision found out about the failure, before anybody asks whose it is. */
export interface FoundFailure {
	readonly category: string;
	readonly fingerprint: Fingerprint | null;
	readonly reruns: RerunFacts;
}

/** Whose failure it is, as far as its check's history says so. */
export function judgeHistory(history: CheckHistory, { category, fingerprint, reruns }: FoundFailure): WhoseVerdict {
	const { red, base, results, commits, unanswered } = history;
	const key = fingerprint?.key ?? null;
	const isFlake = key !== null && reruns.flakes.includes(key) && failedAgain(reruns.earlier, fingerprint) === undefined;
	const found = whoseFailure({
		red: { ...red, is_green: false, fingerprint: key },
		...(base !== undefined && { base }),
		...{ category, isKnownFlake: isFlake, results, commits },
	});
	const isOpen = found.verdict === "unknown" && unanswered !== undefined;
	return isOpen ? { ...found, why: `${found.why}; ${unanswered}` } : found;
}
