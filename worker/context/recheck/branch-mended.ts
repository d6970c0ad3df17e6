import { commitState } from "../github/commit-state.ts";
import { askBranchHead } from "./branch-head.ts";
import { endOfPull, hasNoConflict } from "./pull-request-state.ts";
import type { Recheck } from "./recheck.ts";

/** A watched change: its pull request has ended, or it has no conflict and nothing fails on the branch's head. */
export async function branchMended(about: Recheck): Promise<string | undefined> {
	const pull = await about.queries.pullRequest();
	if (!pull.ok) return undefined;
	const ended = pull.value && endOfPull(pull.value);
	if (ended !== undefined) return ended;
	if (pull.value !== undefined && !hasNoConflict(pull.value)) return undefined;
	const head = await askBranchHead(about);
	if (head === undefined) return undefined;
	const state = await commitState(about.client, head);
	// Without any CI, the conflict was all that could be wrong.
	const isMended = state === "green" || (state === "empty" && about.incident.conclusion === "merge_conflict");
	return isMended ? `nothing fails on ${head.slice(0, 7)}, the branch's head, and it has no conflict` : undefined;
}
