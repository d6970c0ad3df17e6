import { checksOfRef, isJob, isRedStatus, newestConclusive, runsOfCommit, statusesOfRef } from "./commit-results.ts";
import { hasFailed } from "./failed-jobs.ts";
import type { RepoClient } from "./repo-client.ts";

/** `empty`: it has no results. `unknown`: something still runs, or GitHub did not name all of them. */
export type CommitState = "red" | "green" | "empty" | "unknown";

/** The state of a commit by the newest result of everything that reported on it. */
export async function commitState(client: RepoClient, sha: string): Promise<CommitState> {
	const [runs, checks, statuses] = await Promise.all([
		runsOfCommit(client, sha),
		checksOfRef(client, sha),
		statusesOfRef(client, sha),
	]);
	if (!runs.ok || !checks.ok || !statuses.ok) return "unknown";
	const others = checks.value.checks.filter((check) => !isJob(check));
	const newest = newestConclusive(runs.value);
	const isRed =
		newest.some(({ conclusion }) => hasFailed(conclusion)) ||
		others.some(({ conclusion }) => hasFailed(conclusion)) ||
		statuses.value.some(isRedStatus);
	if (isRed) return "red";
	const isUnfinished =
		checks.value.incomplete !== undefined ||
		[...runs.value, ...others].some(({ status }) => status !== "completed") ||
		statuses.value.some(({ state }) => state === "pending");
	if (isUnfinished) return "unknown";
	const hasPassed =
		newest.length > 0 ||
		others.some(({ conclusion }) => conclusion === "success") ||
		statuses.value.some(({ state }) => state === "success");
	return hasPassed ? "green" : "empty";
}
