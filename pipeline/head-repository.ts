import type { Incident } from "./incident.ts";

/**
 * The `head_repository` of a branch whose fork was deleted: GitHub then sends `null` in its place. No repository has such
 * a name, so the branch is never taken for one of ours.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/working-with-forks/what-happens-to-forks-when-a-repository-is-deleted-or-changes-visibility
 */
export const DELETED_FORK = "deleted fork";

/** The name in GitHub's `head_repository` or `head.repo`: `DELETED_FORK` for null, undefined where it was not mentioned. */
export function headRepositoryName(
	repository: { readonly full_name?: string | undefined } | null | undefined,
): string | undefined {
	return repository === null ? DELETED_FORK : repository?.full_name;
}

type Head = Pick<Incident, "repository" | "head_repository">;

/** Whether the branch is known to be another repository's. */
export function isFork({ head_repository, repository }: Head): boolean {
	return head_repository !== undefined && !isSameRepository(head_repository, repository);
}

/** Whether the branch is known to be the repository's own. */
export function isOwnBranch({ head_repository, repository }: Head): boolean {
	return head_repository !== undefined && isSameRepository(head_repository, repository);
}

/** Whether there is a branch, and nobody said whose it is: a fork may have one of the same name. */
export function isHeadUnknown({ branch, head_repository }: Pick<Incident, "branch" | "head_repository">): boolean {
	return branch !== undefined && head_repository === undefined;
}

/** GitHub compares names of repositories without their case. */
export function isSameRepository(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase();
}
