import type { IgnoredReason } from "../../pipeline/reading.ts";

interface IgnoredKind {
	readonly label: string;
	readonly meaning: string;
}

const KINDS = {
	unknown_event: { label: "Unknown event", meaning: "The pipeline has no entry for this event." },
	not_matched: {
		label: "No rule matched",
		meaning: "No entry for this event matched: a job that succeeded, for example, or an action without an entry.",
	},
	no_repository: { label: "No repository", meaning: "The delivery names no repository." },
	no_identity: { label: "No identity", meaning: "A part of the incident's identity is missing." },
	filtered: { label: "Filtered", meaning: "A filter refused it: another repository, a bot's commit, a skip marker." },
	tracked: { label: "Lifecycle event", meaning: "It reports on a branch or pull request, and was recorded." },
	attempt_result: {
		label: "Result of an attempt",
		meaning: "CI failed on what an agent pushed. It counts as the result of that attempt.",
	},
} as const satisfies Record<IgnoredReason["kind"], IgnoredKind>;

/** Label and meaning of each kind of ignored delivery, as `/api/status` counts them. */
const IGNORED: ReadonlyMap<string, IgnoredKind> = new Map(Object.entries(KINDS));

/** A kind of reason in words; a filter of the pipeline by its own name. */
export function labelOf(kind: string): string {
	return IGNORED.get(kind)?.label ?? kind;
}

export function meaningOf(kind: string): string {
	return IGNORED.get(kind)?.meaning ?? "";
}
