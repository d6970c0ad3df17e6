/**
 * The number in a pull request's URL, if it is one of the repository's. An agent tells it, so it may be anything; null,
 * empty and `no-pr` are none.
 */
export function pullRequestNumber(url: string | null, repository: string): number | null {
	const found = /^https?:\/\/[\w.:-]+\/([\w.-]+\/[\w.-]+)\/pull\/(\d{1,9})(?:[/?#]|$)/.exec(url ?? "");
	return found?.[1]?.toLowerCase() === repository.toLowerCase() ? Number(found[2]) : null;
}
