import type { IncidentRow } from "../journal/incidents.ts";
import { endOf } from "../journal/pull-requests.ts";
import type { ClosedPullRequest, PastAttempt } from "../journal/remediations.ts";
import type { RemediationState } from "./remediation-state.ts";

/** What tells the pull requests of one incident apart. */
interface PullRequestsOf {
	readonly incident: IncidentRow;
	readonly attempts: readonly PastAttempt[];
	readonly current: PastAttempt | undefined;
	/** Those that were closed or merged. */
	readonly ended: readonly ClosedPullRequest[];
	/** The number of the pull request that failed. */
	readonly own: number | undefined;
	readonly fix_branch: string;
}

interface CurrentFix {
	readonly number?: number;
	readonly ended?: ClosedPullRequest;
}

/**
 * The pull request of the current fix: the latest attempt's, else the one of the fix's branch. What ended before that attempt
 * was decided, or before a person started over, was another fix's.
 */
export function currentFix({ incident, attempts, current, ended, own, fix_branch }: PullRequestsOf): CurrentFix {
	const isPast = isPastOf({ incident, attempts, current });
	const numbers = attempts.flatMap(({ pull_request }) => pull_request ?? []).filter((number) => number !== own);
	const latest = numbers.at(-1);
	const found = ended.find(({ number }) => number === latest);
	if (latest !== undefined && found === undefined) return { number: latest };
	if (found !== undefined && !isPast(found)) {
		// The pull request of the branch that failed is no fix's.
		return found.branch === incident.branch ? {} : { number: found.number, ended: found };
	}
	const byBranch = ended.find((one) => one.branch === fix_branch && !isPast(one));
	return byBranch === undefined ? {} : { number: byBranch.number, ended: byBranch };
}

function isPastOf({ incident, attempts, current }: Pick<PullRequestsOf, "incident" | "attempts" | "current">) {
	const latest = current ?? attempts.findLast(({ attempt }) => attempt >= incident.budget_from);
	return (one: ClosedPullRequest) => latest === undefined || endOf(one) < latest.decided_at;
}

/** When fixes were merged, and from when on results on their branch are the current fix's. */
export function mergeTimes(about: PullRequestsOf, fix: CurrentFix) {
	const { incident, ended, own } = about;
	const ends = ended.filter(({ number, branch }) => number !== own && branch !== incident.branch);
	// What passed before a person gave the incident to another agent is not what that person wants.
	const given = about.attempts.flatMap(({ given_to, ended_at }) => (given_to === null ? [] : (ended_at ?? [])));
	const past = [...ends.filter(isPastOf(about)).map(endOf), ...given];
	return {
		merges: ends.filter(({ state }) => state === "merged").map(endOf),
		fixFrom: Math.max(-1, ...past),
		...(fix.ended?.state === "merged" && { mergedAt: endOf(fix.ended) }),
	};
}

/** The pull request of the branch that failed, if it is closed or merged: its own, or what an agent took for its fix's. */
export function branchDone({ incident, ended, own }: PullRequestsOf): Pick<RemediationState, "branchDone"> {
	const done = ended.find(({ number }) => number === own) ?? ended.find(({ branch }) => branch === incident.branch);
	if (done === undefined) return {};
	return { branchDone: { why: `pull request #${done.number} was ${done.state}`, at: done.closed_at } };
}
