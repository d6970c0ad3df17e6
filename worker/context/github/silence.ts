import type { GitHubFailure } from "../../github/github.ts";

/** `until`: when GitHub allows the next request, in milliseconds since 1970; absent unless a rate limit is why. */
export interface Silence {
	readonly kind: "silent";
	readonly why: string;
	readonly until?: number;
}

/** Why a question has no answer: whoever asked has to wait for it. */
export function silence(
	problem: Exclude<GitHubFailure, { readonly reason: "not_found" }> | { reason: "not_understood"; detail: string },
): Silence {
	return problem.reason === "rate_limited"
		? { kind: "silent", why: "GitHub's rate limit is used up", until: problem.until }
		: { kind: "silent", why: problem.detail };
}
