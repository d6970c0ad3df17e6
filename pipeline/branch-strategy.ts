import type { OutcomePolicy } from "./artefact.ts";
import { matchesGlob } from "./expression/glob.ts";
import { isFork, isHeadUnknown } from "./head-repository.ts";
import type { Incident } from "./incident.ts";

/** Where the fix of one incident is pushed. Expressions see it as `$strategy`. */
export interface BranchStrategy {
	readonly name: OutcomePolicy["branch_strategy"];
	readonly branch: string;
	/** Why it differs from the pipeline's setting. */
	readonly why?: "fork" | "no_branch" | "default_branch" | "protected_branch" | "unknown_head";
}

/**
 * The pipeline's `branch_strategy`, with exceptions: the default branch, protected branches, branches of forks, branches
 * of a repository that nobody named and failures without a branch always get `fix`.
 */
export function branchStrategy(incident: Incident, policy: OutcomePolicy): BranchStrategy {
	const own = fixBranch(incident.id);
	const { branch } = incident;
	if (branch === undefined) return { name: "fix", branch: own, why: "no_branch" };
	if (isFork(incident)) return { name: "fix", branch: own, why: "fork" };
	if (branch === incident.default_branch) return { name: "fix", branch: own, why: "default_branch" };
	if (matchesGlob(branch, policy.protected_branches)) return { name: "fix", branch: own, why: "protected_branch" };
	// The name may be a stranger's for a branch that somebody else pushed: ours of that name is left alone.
	if (isHeadUnknown(incident)) return { name: "fix", branch: own, why: "unknown_head" };
	return policy.branch_strategy === "fix" ? { name: "fix", branch: own } : { name: "same", branch };
}

/**
 * Whether the fix counts only once it is merged, because it is on a branch of its own while the branch that failed stays red:
 * a default or protected branch, or any with `branch_strategy: fix`. Of a branch that is or may be a fork's, nobody here
 * decides what is merged.
 */
export function isToBeMerged(incident: Incident, policy: OutcomePolicy): boolean {
	const { name, why } = branchStrategy(incident, policy);
	return name === "fix" && why !== "fork" && why !== "unknown_head";
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
