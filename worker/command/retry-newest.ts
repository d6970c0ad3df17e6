import type { Effects } from "../effects.ts";
import type { CommandResult } from "../journal/commands.ts";
import { type PullRequestRemediation, pullRequestRemediations } from "../journal/pull-request-remediations.ts";
import { readStored } from "../journal/stored-json.ts";
import { checkName } from "../lifecycle/check-name.ts";
import { retryRemediation } from "../remediation/retry-remediation.ts";
import { type CommandTarget, countOf, MOST_REMEDIATIONS, stepEach } from "./each-remediation.ts";

/**
 * `/healer retry`: of each check that failed on the pull request, the newest remediation starts afresh, if it is at its
 * end without having fixed anything, or waits. What runs is left alone.
 */
export async function retryNewest(
	effects: Effects,
	{ repository, pr_number, author }: CommandTarget,
	received_at: number,
): Promise<CommandResult | { readonly until: number }> {
	const all = await pullRequestRemediations(effects.journal, { repository, pr_number }, MOST_REMEDIATIONS);
	const retry = (id: string) => retryRemediation(effects, id, author);
	const retried = await stepEach(effects, "retried", newestOfEach(all), received_at, retry);
	if (retried === undefined) return { until: effects.now() };
	return retried > 0
		? { reaction: "eyes", message: `${countOf(retried)} will start afresh.` }
		: { reaction: "confused", message: "there is nothing here to start afresh." };
}

/** They come newest first. */
function newestOfEach(all: readonly PullRequestRemediation[]): readonly PullRequestRemediation[] {
	const newest = new Map<string, PullRequestRemediation>();
	for (const one of all) {
		const what = whatFailed(one);
		if (!newest.has(what)) newest.set(what, one);
	}
	return [...newest.values()];
}

/** One that cannot be read is nobody's newer one. */
function whatFailed({ id, kind, incident }: PullRequestRemediation): string {
	const read = readStored("incidents.incident", incident);
	if (!read.ok) return `damaged:${id}`;
	const failure = read.value;
	const check = kind === "ci" ? checkName(failure) : undefined;
	if (check !== undefined) return check === "status" ? `status:${failure.job}` : check;
	return `${kind}:${failure.alert?.type ?? ""}:${failure.alert?.number ?? ""}`;
}
