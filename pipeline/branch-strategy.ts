import type { BranchStrategy, OutcomePolicy } from "./artefact.ts";
import { matchesGlob } from "./expression/glob.ts";
import type { Incident } from "./incident.ts";

/**
 * The pipeline's `branch_strategy`, except where nobody but people may push: the default branch, protected branches and
 * branches of forks always get `fix`. So does a failure without a branch.
 */
export function branchStrategy(incident: Incident, policy: OutcomePolicy): BranchStrategy {
	const own = fixBranch(incident.id);
	const { branch } = incident;
	if (branch === undefined) return { name: "fix", branch: own, why: "no_branch" };
	if (isFork(incident)) return { name: "fix", branch: own, why: "fork" };
	if (branch === incident.default_branch) return { name: "fix", branch: own, why: "default_branch" };
	if (matchesGlob(branch, policy.protected_branches)) return { name: "fix", branch: own, why: "protected_branch" };
	return policy.branch_strategy === "fix" ? { name: "fix", branch: own } : { name: "same", branch };
}

/** The branch of an incident's fix: the same for every attempt, so that each goes on where the one before was. */
export function fixBranch(incidentId: string): string {
	return `healer/${incidentId.slice(0, ID_DIGITS)}`;
}

/** The first digits of the incident whose fix has this branch; undefined for any other branch. */
export function incidentOfFixBranch(branch: string): string | undefined {
	return /^healer\/([0-9a-f]{16})$/.exec(branch)?.[1];
}

const ID_DIGITS = 16;

function isFork({ head_repository, repository }: Incident): boolean {
	return head_repository !== undefined && head_repository.toLowerCase() !== repository.toLowerCase();
}
