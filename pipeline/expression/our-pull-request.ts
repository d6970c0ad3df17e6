/**
 * The number of the pull request that a run or check belongs to, from the list in its payload. GitHub also lists pull requests
 * of other repositories, for the same commit: one counts only if its base is this repository and its head is the branch.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run
 */
export function ourPullRequest(listed: unknown, repository: unknown, branch: unknown): number | undefined {
	const ours = idOf(repository);
	if (ours === undefined) return undefined;
	// JSONata makes a list of one item the item.
	const pulls = Array.isArray(listed) ? listed : [listed];
	const found = pulls.find((pull) => {
		const ref = fieldOf(fieldOf(pull, "head"), "ref");
		const isOfBranch = typeof branch !== "string" || branch === ref;
		return isOfBranch && idOf(fieldOf(fieldOf(pull, "base"), "repo")) === ours;
	});
	const number = fieldOf(found, "number");
	return typeof number === "number" ? number : undefined;
}

function idOf(repository: unknown): number | undefined {
	const id = fieldOf(repository, "id");
	return typeof id === "number" ? id : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null && Object.hasOwn(value, name)
		? (value as Readonly<Record<string, unknown>>)[name]
		: undefined;
}
