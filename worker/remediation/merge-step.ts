import { DAY_MS, HOUR_MS } from "../../wire/durations.ts";
import type { CheckRow } from "../journal/checks.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import type { CiVerdict } from "./ci-verdict.ts";
import type { MergeVerdict } from "./merge-verdict.ts";

/** People are reminded of a fix that nobody merged for this long. Without an App, one without a pull request is given up. */
const REMIND_AFTER_MS = 3 * DAY_MS;
/** As long as GitHub may be asked for a pull request that nobody named. */
const ASK_FOR_MS = DAY_MS;

/** What is known about the merge of a fix, and CI's results on both branches. Times are milliseconds. */
export interface MergeState extends Omit<MergeVerdict, "ci"> {
	/** The pull request of the current fix. */
	readonly pullRequest?: number;
	/** When pull requests of its fixes were merged, of all attempts. */
	readonly merges: readonly number[];
	/** Whether the check that failed is known, so that a result on its branch is to be expected after the merge. */
	readonly hasCheck: boolean;
	/** Whether GitHub can be asked. */
	readonly asks: boolean;
	/** What came of asking GitHub since this remediation was last read; undefined: it was not asked. */
	readonly asked?: "answered" | "silent";
	/** See `attemptsTable`, as are the three below. */
	readonly asked_at: number | null;
	readonly ask_at: number | null;
	readonly remind_at: number | null;
	readonly reminded_at: number | null;
}

/** The part of a remediation's state that the merge of its fix depends on. */
export interface MergeView {
	readonly incident: Pick<IncidentRow, "status" | "updated_at">;
	readonly current?: { readonly outcome_at: number | null };
	readonly ci: CiVerdict;
	/** How the pull request of the current fix ended. */
	readonly fix?: EndedFix;
	readonly merge: MergeState;
	readonly now: number;
}

/** A pull request that was closed or merged; `at`: when that was learnt. */
export interface EndedFix {
	readonly state: "closed" | "merged";
	readonly number: number;
	readonly at: number;
}

export interface MergeRules {
	readonly ci_deadline_s: number;
	readonly settle_s: number;
}

/** What follows for a fix that has to be merged. */
export type MergeStep =
	| { readonly do: "wait"; readonly at: number }
	| { readonly do: "ask_merge" }
	| { readonly do: "remind" }
	| { readonly do: "await_merge"; readonly reason: string }
	/** Merged, and nothing will or did contradict it. */
	| { readonly do: "merged"; readonly reason: string }
	/** The check fails on the branch that failed, with the fix. */
	| { readonly do: "still_failing" }
	| { readonly do: "unmerged"; readonly reason: string };

/**
 * The next step for the fix once its agent is done. Undefined: CI's result decides, as for any other fix.
 */
export function mergeStep(view: MergeView, rules: MergeRules): MergeStep | undefined {
	const { ci, fix, merge, incident } = view;
	if (ci.result === "passed") {
		// Whose fix it was depends on whether it was merged, which nobody may have reported.
		return ci.by === "other" && fix === undefined && canAsk(merge) ? { do: "ask_merge" } : undefined;
	}
	if (fix !== undefined) return fix.state === "closed" ? afterClosing(view, fix, rules) : afterMerge(view, fix, rules);
	if (ci.result === "failed") return undefined;
	if (incident.status === "awaiting_merge") return whileUnmerged(view, rules);
	const { fixPassed } = merge;
	return (
		fixPassed && { do: "await_merge", reason: `the fix passes on ${fixPassed.branch}${at(fixPassed)}; ${waits(merge)}` }
	);
}

/**
 * CI said nothing about the check on the branch of the fix: a workflow that runs at night never does. The pull request waits for
 * its merge then, unless it fails otherwise. Undefined: the silence counts.
 */
export function mergeAfterSilence(view: MergeView, { ci_deadline_s }: MergeRules): MergeStep | undefined {
	const { merge, current, incident, now } = view;
	if (merge.pullRequest === undefined) {
		if (canAsk(merge)) return { do: "ask_merge" };
		const until = (current?.outcome_at ?? incident.updated_at) + ci_deadline_s * 1000 + ASK_FOR_MS;
		const isUnknown = merge.asked === "silent" && merge.ask_at !== null && now < until;
		return isUnknown ? { do: "wait", at: merge.ask_at } : undefined;
	}
	if (merge.otherRed !== undefined) return undefined;
	return { do: "await_merge", reason: `CI reported nothing about the check on the branch of the fix; ${waits(merge)}` };
}

/** The pull request was closed without a merge: what is red stays red, so a person has to know. */
function afterClosing({ merge, now }: MergeView, fix: EndedFix, { settle_s }: MergeRules): MergeStep {
	const due = fix.at + settle_s * 1000;
	if (now < due) return { do: "wait", at: due };
	const { redAgain } = merge;
	const again = redAgain === undefined ? "" : `; ${redAgain.branch} failed again since${at(redAgain)}`;
	return { do: "unmerged", reason: `pull request #${fix.number} of the fix was closed without a merge${again}` };
}

/** Merged: the next result on the branch that failed decides. Silence there counts as fixed, since a person reviewed it. */
function afterMerge(view: MergeView, fix: EndedFix, { ci_deadline_s, settle_s }: MergeRules): MergeStep {
	const { ci, merge, current, now } = view;
	if (ci.result === "failed") {
		const due = ci.received_at + settle_s * 1000;
		return now < due ? { do: "wait", at: due } : { do: "still_failing" };
	}
	const wait_s = merge.hasCheck ? ci_deadline_s : settle_s;
	const due = Math.max(fix.at, current?.outcome_at ?? 0) + wait_s * 1000;
	if (now < due) return { do: "wait", at: due };
	const silence = merge.hasCheck ? "; CI reported nothing about it" : "";
	return { do: "merged", reason: `pull request #${fix.number} was merged${silence}` };
}

/** The pull request is open, or not known. GitHub is asked now and then, since its events may not be subscribed. */
function whileUnmerged({ incident, merge, now }: MergeView, { ci_deadline_s }: MergeRules): MergeStep {
	const { pullRequest, redAgain, asked_at, asked } = merge;
	const since = incident.updated_at;
	const askAt = merge.ask_at ?? (pullRequest === undefined ? since : since + HOUR_MS);
	// After a merge that nobody reported, that failure is the fix's.
	const isNews = redAgain !== undefined && redAgain.received_at > Math.max(asked_at ?? 0, since);
	if (canAsk(merge) && (isNews || now >= askAt)) return { do: "ask_merge" };

	if (pullRequest === undefined) {
		const until = since + (asked_at === null ? REMIND_AFTER_MS : ci_deadline_s * 1000);
		if (now < until) return { do: "wait", at: merge.asks ? Math.min(until, askAt) : until };
		if (canAsk(merge)) return { do: "ask_merge" };
		if (asked === "silent") return { do: "wait", at: askAt };
		return { do: "unmerged", reason: "the fix passes on its branch, but nobody opened a pull request for it" };
	}
	if (!merge.asks) return { do: "wait", at: nextDay(since, now) };
	if (merge.reminded_at !== null) return { do: "wait", at: askAt };
	const remindAt = merge.remind_at ?? since + REMIND_AFTER_MS;
	if (now < remindAt) return { do: "wait", at: Math.min(askAt, remindAt) };
	// Nobody is reminded of what was merged meanwhile.
	if (canAsk(merge)) return { do: "ask_merge" };
	return asked === "answered" ? { do: "remind" } : { do: "wait", at: askAt };
}

function canAsk({ asks, asked }: MergeState): boolean {
	return asks && asked === undefined;
}

/** Nothing is due before an event arrives; an active incident has a due time all the same. */
function nextDay(since: number, now: number): number {
	return since + Math.ceil((now - since + 1) / DAY_MS) * DAY_MS;
}

function waits({ pullRequest }: MergeState): string {
	return pullRequest === undefined ? "it waits to be merged" : `pull request #${pullRequest} waits to be merged`;
}

function at({ url }: CheckRow): string {
	return url === null ? "" : `: ${url}`;
}
