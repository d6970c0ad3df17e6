import type { IgnoredReason } from "../../pipeline/reading.ts";

/** What each kind of reason means, and where one looks when it is not what one wants. */
const MEANINGS = {
	unknown_event: "The pipeline has no entry for the event.",
	not_matched: "No entry for the event takes it: a job that succeeded, an action that is none of ours.",
	no_repository: "It names no repository.",
	no_identity: "It cannot be told from others: a part of its identity is missing.",
	filtered: "A filter refuses it: another repository, a bot's commit, a skip marker.",
	tracked: "It told how a branch or pull request goes on, and was recorded for that.",
	attempt_result: "The failure of what an agent pushed: its attempt's result.",
} as const satisfies Record<IgnoredReason["kind"], string>;

export const IGNORED: ReadonlyMap<string, string> = new Map(Object.entries(MEANINGS));
