import type { PullRequestAnswer } from "../github/pull-request.ts";

/** Why a pull request needs no fix any more: it is closed or merged. */
export function endOfPull({ number, state, merged }: PullRequestAnswer): string | undefined {
	if (state !== "closed") return undefined;
	return `pull request #${number} was ${merged === true ? "merged" : "closed"}`;
}

// https://docs.github.com/en/graphql/reference/enums#mergestatestatus; GitHub computes it in the background.
const WITHOUT_CONFLICT: readonly unknown[] = ["behind", "blocked", "clean", "draft", "has_hooks", "unstable"];

/** Whether GitHub says that it has no conflict; false while GitHub does not know. */
export function hasNoConflict({ mergeable_state }: PullRequestAnswer): boolean {
	return WITHOUT_CONFLICT.includes(mergeable_state);
}
