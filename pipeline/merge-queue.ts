import { isOwnBranch } from "./head-repository.ts";
import type { Incident } from "./incident.ts";

/** One entry of a merge queue: a pull request that GitHub tries to merge into its base. */
export interface QueueEntry {
	readonly base: string;
	readonly pr_number: number;
}

/**
 * Reads the name of a branch that GitHub makes for an entry of a merge queue,
 * `gh-readonly-queue/{base}/pr-{number}-{commit}`. The base may contain slashes. Undefined for any other branch.
 * https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
 */
export function readQueueBranch(branch: string): QueueEntry | undefined {
	const [, base, number] =
		/^gh-readonly-queue\/(.+)\/pr-([1-9]\d{0,8})-(?:[0-9a-f]{40}|[0-9a-f]{64})$/.exec(branch) ?? [];
	return base === undefined ? undefined : { base, pr_number: Number(number) };
}

/** The entry of a branch that is known to be the repository's own: in a fork, anybody may call a branch like a queue's. */
export function queueEntryOf(
	failed: Pick<Incident, "repository" | "head_repository" | "branch">,
): QueueEntry | undefined {
	return failed.branch !== undefined && isOwnBranch(failed) ? readQueueBranch(failed.branch) : undefined;
}

/** What was reported of a queue's branch is about the pull request that its name has, whatever else the event says. */
export function withQueuedPullRequest<
	Fields extends Pick<Incident, "repository" | "head_repository" | "branch" | "pr_number">,
>(fields: Fields): Fields {
	const entry = queueEntryOf(fields);
	return entry === undefined ? fields : { ...fields, pr_number: entry.pr_number };
}
