import type { CommandRequest } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import { checkName } from "../journal/checks.ts";
import {
	type PullRequestRemediation,
	pullRequestRemediations,
	steppedSince,
} from "../journal/pull-request-remediations.ts";
import { transit } from "../journal/state-machine.ts";
import type { CommandResult } from "../journal/stored-json.ts";
import { readStored } from "../journal/stored-json.ts";
import { type ManualAction, retryRemediation, stopRemediation } from "../remediation/actions.ts";
import type { Cost } from "../runtime/budget.ts";

const MOST_TRIES = 5;
// One step that is raced, and what the command itself needs after it.
const STEP_COST: Cost = { statements: 40, subrequests: 40 };

/** Which pull request a command is about, and whose word it is. */
export type CommandTarget = Pick<CommandRequest, "repository" | "pr_number" | "author">;

/** Of one pull request, a command acts on so many remediations, the newest. */
const MOST_REMEDIATIONS = 100;

/**
 * Takes this step with each of the remediations that it is possible for, unless it was taken since the command came: whoever
 * repeats a command finds what it did already. Gives how many took it, then or now; undefined when the invocation has no
 * room for all of them: called again it does the rest.
 */
async function stepEach(
	effects: Effects,
	event: "retried" | "stopped",
	remediations: readonly PullRequestRemediation[],
	received_at: number,
	act: (id: string) => Promise<ManualAction>,
): Promise<number | undefined> {
	const ids = remediations.map(({ id }) => id);
	const before = await steppedSince(effects.journal, event, ids, received_at);
	let stepped = before.size;
	for (const { id, status } of remediations) {
		if (before.has(id) || transit(status, event) === undefined) continue;
		if (!effects.budget.has(STEP_COST)) return undefined;
		const by = await unlessRaced(() => act(id));
		if (by.ok) stepped++;
	}
	return stepped;
}

/** Does it again when the remediation went on at the same moment. */
async function unlessRaced(act: () => Promise<ManualAction>): Promise<ManualAction> {
	for (let tries = 1; ; tries++) {
		const done = await act();
		if (done.ok || done.reason !== "raced" || tries === MOST_TRIES) return done;
	}
}

/** `1 remediation`, `2 remediations`. */
function countOf(count: number): string {
	return count === 1 ? "1 remediation" : `${count} remediations`;
}

/** `/healer stop`: ends every remediation of the pull request that is under way or waits. */
export async function stopAll(
	effects: Effects,
	{ repository, pr_number, author }: CommandTarget,
	received_at: number,
): Promise<CommandResult | { readonly until: number }> {
	const all = await pullRequestRemediations(effects.journal, { repository, pr_number }, MOST_REMEDIATIONS);
	const stop = (id: string) => stopRemediation(effects, id, author);
	const stopped = await stepEach(effects, "stopped", all, received_at, stop);
	if (stopped === undefined) return { until: effects.now() };
	const message =
		stopped === 0
			? "nothing was under way here."
			: `${countOf(stopped)} stopped. A CodeRun that runs goes on to its end; nothing follows from it.`;
	return { reaction: "+1", message };
}

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
