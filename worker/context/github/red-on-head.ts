import type { RepoClient } from "./asking.ts";
import { MOST_CHECKS_LOOKED_AT, type RedCheck, redChecks, redStatuses } from "./red-checks.ts";
import { redRuns } from "./red-runs.ts";
import type { RunAnswer } from "./run-answer.ts";
import { type Parsed, sourceFailure } from "./told.ts";

/** What is red on one commit by now. */
export interface RedOnHead {
	readonly runs: readonly RunAnswer[];
	/** Checks of other Apps than GitHub Actions, and commit statuses. */
	readonly checks: readonly RedCheck[];
	/** What GitHub did not tell, or what is more than is taken, in a sentence. */
	readonly incomplete?: string;
}

const MOST_RUNS = 5;
const MOST_CHECKS = 20;

/** Asks three lists at once. One that GitHub does not show costs itself only; when none is shown, there is no answer. */
export async function redOnHead(client: RepoClient, sha: string): Promise<Parsed<RedOnHead>> {
	const lists = await Promise.all([redRuns(client, sha), redChecks(client, sha), redStatuses(client, sha)]);
	const [runs, checks, statuses] = lists;
	const failed = lists.filter((list) => !list.ok);
	const fatal = failed.find(({ failure }) => failure.reason === "rate_limited");
	if (fatal !== undefined) return fatal;
	if (failed[0] !== undefined && failed.length === lists.length) return failed[0];
	const red = [...(checks.ok ? checks.value.red : []), ...(statuses.ok ? statuses.value : [])];
	const gaps = [
		gapOf("the runs of the commit", runs),
		gapOf("its checks", checks),
		gapOf("its statuses", statuses),
		runs.ok && runs.value.length > MOST_RUNS && `only the newest ${MOST_RUNS} of ${runs.value.length} red runs`,
		checks.ok && checks.value.isCut && `only ${MOST_CHECKS_LOOKED_AT} of its checks`,
		red.length > MOST_CHECKS && `only ${MOST_CHECKS} of ${red.length} red checks`,
	].filter((gap) => typeof gap === "string");
	return {
		ok: true,
		value: {
			runs: runs.ok ? runs.value.slice(0, MOST_RUNS) : [],
			checks: red.slice(0, MOST_CHECKS),
			...(gaps.length > 0 && { incomplete: gaps.join("; ") }),
		},
	};
}

function gapOf(what: string, list: Parsed<unknown>): string | undefined {
	return list.ok ? undefined : `${what}: ${sourceFailure(list).why}`;
}
