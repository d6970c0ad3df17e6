import { DAY_MS } from "../../wire/durations.ts";
import type { CheckRow } from "../journal/checks.ts";
import type { Hint } from "./ci-verdict.ts";
import type { Goal } from "./goal.ts";
import { isKnownRed, isMergeable } from "./goal.ts";

/** What GitHub says about the commits on which an attempt is judged. Its results are in the journal, like those of events. */
export type GitHubSays =
	| {
			readonly state: "answered";
			/** The heads of the fix and of the branch that failed. */
			readonly heads: readonly string[];
			/** Whether one of them may be the agent's commit. */
			readonly hasPushed: boolean;
			/** Whether anything ran on that one. */
			readonly hasRun: boolean;
			/** What decides and still runs. */
			readonly running: readonly string[];
			/** GitHub has not computed yet whether the pull request can be merged. */
			readonly isComputing: boolean;
	  }
	/** No answer now: a rate limit, or GitHub is away. */
	| { readonly state: "silent"; readonly why: string }
	/** GitHub will not answer: the App may not read it. */
	| { readonly state: "cannot_tell"; readonly why: string };

/** What a remediation depends on while no result decides it. Times are milliseconds. */
export interface Quiet {
	readonly goal: Goal;
	readonly hint?: Hint;
	readonly outcome_at: number;
	readonly settle_ms: number;
	readonly ci_deadline_ms: number;
	/** When GitHub was last asked about this attempt, and when it is asked again. */
	readonly asked_at: number | null;
	readonly ask_at: number | null;
	/** Whether a GitHub App is configured. */
	readonly canAsk: boolean;
	/** GitHub's answer, if it was just asked. */
	readonly says?: GitHubSays;
	readonly now: number;
}

export type QuietStep =
	| { readonly do: "wait"; readonly at: number }
	| { readonly do: "ask_github" }
	| { readonly do: "passed"; readonly row: CheckRow; readonly by: Hint["by"] }
	/** The agent finished and pushed nothing, so what was red still is. */
	| { readonly do: "nothing_pushed" }
	/** Nothing can ever report the result. */
	| { readonly do: "unverified"; readonly reason: string }
	/** CI should have reported, and did not. */
	| { readonly do: "silent"; readonly reason: string };

/**
 * What follows while no result decides: GitHub is asked before any person is, and nobody is asked where nothing could ever
 * report the result.
 */
export function whenQuiet(quiet: Quiet): QuietStep {
	const { says } = quiet;
	if (quiet.goal.kind === "stage") return withoutGitHub(quiet, "the play reported no other stage in time");
	if (!quiet.canAsk) return withoutGitHub(quiet, "CI reported nothing in time");
	if (says === undefined) {
		const at = nextAsk(quiet);
		return quiet.now < at ? { do: "wait", at } : { do: "ask_github" };
	}
	switch (says.state) {
		case "answered":
			return afterAnswer(quiet, says);
		case "silent":
			return afterNoAnswer(quiet, says.why);
		case "cannot_tell":
			return withoutGitHub(quiet, `CI reported nothing in time, and GitHub does not say: ${says.why}`);
		default:
			return says satisfies never;
	}
}

function deadlineOf({ outcome_at, ci_deadline_ms }: Quiet): number {
	return outcome_at + ci_deadline_ms;
}

function isLate(quiet: Quiet): boolean {
	return quiet.now >= deadlineOf(quiet);
}

/** When GitHub is asked next: at the deadline; before it if something passed, or if no event would ever tell. */
function nextAsk(quiet: Quiet): number {
	const { goal, hint, outcome_at, settle_ms, asked_at, ask_at } = quiet;
	const deadline = deadlineOf(quiet);
	const isAskedAlone = goal.kind === "head" && goal.red.some(isMergeable);
	const early = isAskedAlone ? outcome_at : hint?.received_at;
	const first = early === undefined ? deadline : Math.min(deadline, Math.max(early, outcome_at) + settle_ms);
	if (asked_at === null || ask_at === null) return first;
	const again = asked_at < deadline ? Math.min(ask_at, deadline) : ask_at;
	return asked_at < deadline && early === undefined ? deadline : again;
}

function waitForNext(quiet: Quiet): QuietStep {
	return { do: "wait", at: Math.max(nextAsk(quiet), quiet.now + 1000) };
}

function afterAnswer(quiet: Quiet, says: GitHubSays & { readonly state: "answered" }): QuietStep {
	const { goal, hint } = quiet;
	const [running] = says.running;
	if (running !== undefined) {
		return isOverdue(quiet)
			? { do: "silent", reason: `${running} still runs a day after the deadline of CI` }
			: waitForNext(quiet);
	}
	if (hint?.isEnough && isOnHead(hint, says)) return passedBy(hint);
	if (!isLate(quiet)) return waitForNext(quiet);
	if (says.isComputing)
		return { do: "unverified", reason: "GitHub does not say whether the pull request can be merged" };
	if (!says.hasPushed) {
		return isKnownRed(goal)
			? { do: "nothing_pushed" }
			: { do: "unverified", reason: "the agent finished without a push that is known" };
	}
	if (!says.hasRun) return { do: "unverified", reason: "nothing ran on the agent's commit, as GitHub confirms" };
	if (goal.kind === "check") return { do: "silent", reason: "CI reported nothing in time, and GitHub has no result" };
	return { do: "unverified", reason: "GitHub has no result on the agent's commit that decides" };
}

/** GitHub's answers may lag behind its events: what is ours by more than its name counts without a newer head. */
function isOnHead({ row, isOurs }: Hint, { heads, hasPushed }: GitHubSays & { readonly state: "answered" }): boolean {
	return (row.head_sha !== null && heads.includes(row.head_sha)) || (isOurs && !hasPushed);
}

function afterNoAnswer(quiet: Quiet, why: string): QuietStep {
	const { hint } = quiet;
	if (isLate(quiet) && hint?.isEnough && hint.isOurs) return passedBy(hint);
	if (!isOverdue(quiet)) return waitForNext(quiet);
	return { do: "silent", reason: `CI reported nothing in time, and GitHub gave no answer for a day: ${why}` };
}

function isOverdue(quiet: Quiet): boolean {
	return quiet.now >= deadlineOf(quiet) + DAY_MS;
}

/** Events alone decide. What passed counts if it is ours by more than the branch's name. */
function withoutGitHub(quiet: Quiet, reason: string): QuietStep {
	const { goal, hint, now, settle_ms, outcome_at } = quiet;
	const deadline = deadlineOf(quiet);
	if (hint?.isEnough && hint.isOurs) {
		const at = Math.min(deadline, Math.max(hint.received_at, outcome_at) + settle_ms);
		return now < at ? { do: "wait", at } : passedBy(hint);
	}
	if (now < deadline) return { do: "wait", at: deadline };
	return goal.kind === "check" ? { do: "silent", reason } : { do: "unverified", reason };
}

function passedBy({ row, by }: Hint): QuietStep {
	return { do: "passed", row, by };
}
