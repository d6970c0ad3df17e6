/** The first red commit after the last green one. */
export interface Suspect {
	readonly sha: string;
	readonly author?: string;
}

export const FAILURE_VERDICTS = ["yours", "base_branch", "flaky", "infrastructure", "unknown"] as const;
export type FailureVerdict = (typeof FAILURE_VERDICTS)[number];

export interface WhoseVerdict {
	readonly verdict: FailureVerdict;
	readonly suspect?: Suspect;
	/** One sentence. */
	readonly why: string;
}

/** The verdict as one sentence for people. Branches and authors in it are others' text. */
export function whoseSentence({ verdict, suspect, why }: WhoseVerdict): string {
	const author = suspect?.author === undefined ? "" : ` by ${suspect.author}`;
	const first = suspect === undefined ? "" : `; first red commit ${suspect.sha.slice(0, 7)}${author}`;
	return `${WHOSE[verdict]}: ${why}${first}`;
}

const WHOSE = {
	yours: "This pull request breaks it",
	base_branch: "The base branch breaks it, not this pull request",
	flaky: "Flaky",
	infrastructure: "Infrastructure",
	unknown: "Not known whose failure it is",
} as const;
