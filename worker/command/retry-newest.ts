import type { CommandRequest, Incident } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import type { CommandResult } from "../journal/commands.ts";
import {
	type PullRequestRemediation,
	pullRequestRemediations,
	steppedSince,
} from "../journal/pull-request-remediations.ts";
import { checkName } from "../lifecycle/check-name.ts";
import { retryRemediation } from "../remediation/retry-remediation.ts";
import { transit } from "../remediation/transitions.ts";
import { countOf, unlessRaced } from "./each-remediation.ts";

const MOST = 100;

/**
 * `/healer retry`: of each check that failed on the pull request, the newest remediation starts afresh, if it is at its
 * end without having fixed anything, or waits. What runs is left alone.
 */
export async function retryNewest(
	effects: Effects,
	{ repository, pr_number, author }: Pick<CommandRequest, "repository" | "pr_number" | "author">,
	received_at: number,
): Promise<CommandResult> {
	const all = await pullRequestRemediations(effects.journal, { repository, pr_number }, MOST);
	const newest = newestOfEach(all);
	const before = await steppedSince(
		effects.journal,
		"retried",
		newest.map(({ id }) => id),
		received_at,
	);
	let retried = before.size;
	for (const { id, status } of newest) {
		if (before.has(id) || transit(status, "retried") === undefined) continue;
		const by = await unlessRaced(() => retryRemediation(effects, id, author));
		if (by.ok) retried++;
	}
	return retried > 0
		? { reaction: "eyes", said: `${countOf(retried)} will start afresh.` }
		: { reaction: "confused", said: "there is nothing here to start afresh." };
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

function whatFailed({ kind, incident }: PullRequestRemediation): string {
	const told: Incident = JSON.parse(incident);
	const check = kind === "ci" ? checkName(told) : undefined;
	if (check !== undefined) return check === "status" ? `status:${told.job}` : check;
	return `${kind}:${told.alert?.type ?? ""}:${told.alert?.number ?? ""}`;
}
