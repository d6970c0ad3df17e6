import type { Fingerprint } from "./fingerprint.ts";

/** How a rerun ended that Healer asked GitHub for. */
export const RERUN_RESULTS = ["passed", "failed", "refused", "silent", "overtaken"] as const;
export type RerunResult = (typeof RERUN_RESULTS)[number];

/** A rerun of a run's failed jobs that Healer asked for. */
export interface EarlierRerun {
	/** The attempt of the run that had failed. */
	readonly run_attempt: number;
	/** Null while it is not known. */
	readonly result: RerunResult | null;
	/** Why GitHub did not run it again, or nothing came of it; one clause. */
	readonly why: string | null;
	/** The key of the failure's fingerprint; null where it had none. */
	readonly fingerprint: string | null;
}

/** What a decision knows of reruns. */
export interface RerunFacts {
	/** Keys of fingerprints that passed when they were run again, of this repository. */
	readonly flakes: readonly string[];
	/** Of this incident, oldest first. */
	readonly earlier: readonly EarlierRerun[];
	/** Why nothing can be run again now, as a clause. */
	readonly unable?: string;
}

/** The jobs of a run are to be run again before an agent is woken. */
export interface RerunRequest {
	/** The rule under `rerun`, by its number. */
	readonly rule: string;
	/** The attempt of the run that failed. */
	readonly run_attempt: number;
	/** How long its result is waited for. */
	readonly deadline_s: number;
}

/** A failure that came back in a rerun. */
export interface FailedAgain {
	readonly run_attempt: number;
	/** Undefined where a fingerprint is missing: then nobody can compare. */
	readonly isSameCause: boolean | undefined;
}

/** Whether the failure came back in a rerun that Healer asked for. */
export function failedAgain(
	earlier: readonly EarlierRerun[],
	fingerprint: Fingerprint | null,
): FailedAgain | undefined {
	const last = earlier.findLast(({ result }) => result === "failed");
	if (last === undefined) return undefined;
	const isKnown = last.fingerprint !== null && fingerprint !== null;
	return {
		run_attempt: last.run_attempt,
		isSameCause: isKnown ? last.fingerprint === fingerprint.key : undefined,
	};
}

/** Types that say what a tool found in the code, whatever runs it: the same code fails again. */
const DETERMINISTIC =
	/(?:^|_)(?:build|clippy|typescript|lint|format|syntax|source|rules|chart|manifest|config|licence|conflict|rejected|permission)$/;

/** Whether running the same code again must fail again: a compiler, a linter, a scanner. */
export function isDeterministic({ type, category }: { readonly type: string; readonly category: string }): boolean {
	return category === "security" || DETERMINISTIC.test(type);
}
