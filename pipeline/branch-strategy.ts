import type { OutcomePolicy } from "./artefact.ts";
import { BOT_BRANCHES } from "./bot-branches.ts";
import type { PullRequest } from "./context.ts";
import { matchesGlob } from "./expression/glob.ts";
import { isFork, isHeadUnknown, isSameRepository } from "./head-repository.ts";
import type { Incident } from "./incident.ts";
import { queueEntryOf } from "./merge-queue.ts";

/**
 * Where the fix of one incident starts from and goes to. Expressions see it as `$strategy`. `branch` is the branch to push to;
 * `target` is the base: the fix starts there, and its pull request goes there. Only `same` pushes to the branch that failed.
 */
export type BranchStrategy =
	| { readonly name: "same"; readonly branch: string; readonly target: string }
	/** A branch of its own, with a pull request to the branch that failed. */
	| OwnBranch<{ readonly why?: undefined; readonly target: string }>
	| OwnBranch<{ readonly why: "protected_branch" | "bot_branch"; readonly target: string }>
	/** Nobody can push to what failed, or nobody said that it is a branch of ours. `target`: absent if nobody named it. */
	| OwnBranch<{ readonly why: NoTarget; readonly target?: string }>
	| OwnBranch<{
			readonly why: "merge_queue";
			readonly pr_number: number;
			readonly base: string;
			readonly target: string;
	  }>;

type OwnBranch<More> = { readonly name: "fix"; readonly branch: string } & More;

type NoTarget = "fork" | "no_branch" | "default_branch" | "unknown_head" | "unknown_branch" | "tag" | "deleted_branch";

/** The pull request of the incident, as far as it is known. */
type Pull = Partial<Pick<PullRequest, "number" | "base_branch" | "head_branch" | "head_repository">>;

/** The globs of branches that get a fix on a branch of its own, as `outcome` has them. */
type Policy = Pick<OutcomePolicy, "branch_strategy" | "protected_branches"> &
	Partial<Pick<OutcomePolicy, "bot_branches">>;

/**
 * The pipeline's `branch_strategy`, with exceptions that always get `fix`: the default branch, protected branches, branches of
 * bots, of forks and of merge queues, tags, deleted branches, failures without a branch, and whatever nobody named a branch of
 * ours.
 */
export function branchStrategy(incident: Incident, policy: Policy, pull: Pull | undefined): BranchStrategy {
	const own = { name: "fix", branch: fixBranch(incident.id) } as const;
	const { branch, default_branch } = incident;
	const toDefault = { ...own, ...(default_branch !== undefined && { target: default_branch }) };
	if (branch === undefined) return { ...toDefault, why: "no_branch" };
	if (isFork(incident)) {
		const base = pull?.base_branch;
		return { ...toDefault, ...(base !== undefined && { target: base }), why: "fork" };
	}
	const entry = queueEntryOf(incident);
	if (entry !== undefined) {
		return { ...own, why: "merge_queue", ...entry, target: headOf(incident, entry.pr_number, pull) };
	}
	if (branch === default_branch) return { ...toDefault, why: "default_branch" };
	// The name may be a stranger's for a branch that somebody else pushed: ours of that name is left alone.
	if (isHeadUnknown(incident)) return { ...toDefault, why: "unknown_head" };
	if (incident.branch_state === "tag") return { ...toDefault, why: "tag" };
	if (incident.branch_state === "deleted") return { ...toDefault, why: "deleted_branch" };
	if (!isKnownBranch(incident)) return { ...toDefault, why: "unknown_branch" };
	if (matchesGlob(branch, policy.protected_branches)) return { ...own, why: "protected_branch", target: branch };
	if (matchesGlob(branch, policy.bot_branches ?? BOT_BRANCHES)) return { ...own, why: "bot_branch", target: branch };
	return policy.branch_strategy === "fix" ? { ...own, target: branch } : { name: "same", branch, target: branch };
}

/** Whether it is a branch: events do not tell one from a tag, but a pull request's head is always a branch. */
function isKnownBranch({ branch_state, pr_number }: Incident): boolean {
	return branch_state === "exists" || pr_number !== undefined;
}

/** The branch of a queued pull request, if it is in this repository; else the ref that GitHub keeps for its head. */
function headOf({ repository }: Incident, pr_number: number, pull: Pull | undefined): string {
	const isOwn = pull?.number === pr_number && isSameRepository(pull.head_repository ?? "", repository);
	return (isOwn ? pull.head_branch : undefined) ?? `refs/pull/${pr_number}/head`;
}

/**
 * Whether the fix counts only once it is merged, because it is on a branch of its own while the branch that failed stays red:
 * a default or protected branch, or any with `branch_strategy: fix`. Of a branch that is or may be a fork's, nobody here
 * decides what is merged, and a merge queue tries again with another branch.
 */
export function isToBeMerged(incident: Incident, policy: Policy): boolean {
	const strategy = branchStrategy(incident, policy, undefined);
	if (strategy.name === "same") return false;
	switch (strategy.why) {
		case "fork":
		case "merge_queue":
		case "unknown_head":
			return false;
		case "unknown_branch":
			return incident.branch !== undefined && matchesGlob(incident.branch, policy.protected_branches);
		default:
			return true;
	}
}

/** The branch of an incident's fix. All attempts share it, so each continues the work of the one before. */
export function fixBranch(incidentId: string): string {
	return `healer/${incidentId.slice(0, ID_DIGITS)}`;
}

/** The leading digits of the incident id in a fix branch's name; undefined for any other branch. */
export function incidentOfFixBranch(branch: string): string | undefined {
	return /^healer\/([0-9a-f]{16})$/.exec(branch)?.[1];
}

const ID_DIGITS = 16;
