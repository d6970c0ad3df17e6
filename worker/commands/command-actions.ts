import type { CommandRequest } from "../../pipeline/index.ts";
import type { Approval } from "../dispatch/approve-decision.ts";
import type { Effects } from "../effects.ts";
import { checkName, checkOf } from "../journal/check-identity.ts";
import {
	type PullRequestRemediation,
	pullRequestRemediations,
	steppedSince,
} from "../journal/pull-request-remediations.ts";
import { transit } from "../journal/state-machine.ts";
import type { CommandResult } from "../journal/stored-json.ts";
import { readStored } from "../journal/stored-json.ts";
import { type ManualAction, retryRemediation, stopRemediation } from "../remediation/actions.ts";
import { asCode } from "../remediation/markdown.ts";
import { reassignRemediation } from "../remediation/reassign.ts";
import type { Cost } from "../runtime/budget.ts";

const MOST_TRIES = 5;
// One step, raced several times, and the rest of the command after it.
const STEP_COST: Cost = { statements: 40, subrequests: 40 };

/** The pull request of a command, and its author. */
export type CommandTarget = Pick<CommandRequest, "repository" | "pr_number" | "author">;

/** A command acts on at most this many remediations of a pull request, the newest ones. */
export const MOST_REMEDIATIONS = 100;

type ManualEvent = Parameters<typeof steppedSince>[1];

/**
 * Takes this step with each remediation for which it is possible, unless it was taken since the command arrived: a repeated
 * command finds what it already did. Returns how many took it, then or now; undefined if the invocation's budget does not
 * suffice for all, or one is being decided or sent: the next call does the rest.
 */
export async function stepEach(
	effects: Effects,
	event: ManualEvent,
	remediations: readonly PullRequestRemediation[],
	received_at: number,
	act: (id: string) => Promise<ManualAction | Approval>,
): Promise<number | undefined> {
	const ids = remediations.map(({ id }) => id);
	const before = await steppedSince(effects.journal, event, ids, received_at);
	let stepped = before.size;
	let isLeft = false;
	for (const { id, status } of remediations) {
		if (before.has(id) || transit(status, event) === undefined) continue;
		if (!effects.budget.has(STEP_COST)) return undefined;
		const by = await unlessRaced(() => act(id));
		if (by.ok) stepped++;
		else if (by.reason === "raced") isLeft = true;
	}
	return isLeft ? undefined : stepped;
}

/** Retries when the remediation changed concurrently. */
async function unlessRaced<Done extends ManualAction | Approval>(act: () => Promise<Done>): Promise<Done> {
	for (let tries = 1; ; tries++) {
		const done = await act();
		if (done.ok || done.reason !== "raced" || tries === MOST_TRIES) return done;
	}
}

/** `1 remediation`, `2 remediations`. */
export function countOf(count: number): string {
	return count === 1 ? "1 remediation" : `${count} remediations`;
}

/** `/healer stop`: ends every remediation of the pull request that is in progress or waits. */
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
			? "no remediation was in progress here."
			: `${countOf(stopped)} stopped. A running CodeRun finishes, but its outcome changes nothing.`;
	return { reaction: "+1", message };
}

/**
 * `/healer retry`: starts the newest remediation of each check that failed on the pull request over, if it waits or ended
 * without a fix. Running ones continue.
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
		? { reaction: "eyes", message: `${countOf(retried)} will start over.` }
		: { reaction: "confused", message: "there is nothing to retry here." };
}

/**
 * `/healer retry bolt`: gives the newest remediation of each check that failed on the pull request to this agent, whether it
 * ended or is under way.
 */
export async function giveNewest(
	effects: Effects,
	{ repository, pr_number, author }: CommandTarget,
	agent: string,
	received_at: number,
): Promise<CommandResult | { readonly until: number }> {
	const all = await pullRequestRemediations(effects.journal, { repository, pr_number }, MOST_REMEDIATIONS);
	const give = (id: string) => reassignRemediation(effects, id, { agent, by: author });
	const given = await stepEach(effects, "reassigned", newestOfEach(all), received_at, give);
	if (given === undefined) return { until: effects.now() };
	return given > 0
		? {
				reaction: "eyes",
				message: `${countOf(given)} will go on with ${asCode(agent)}, once a CodeRun that runs has ended.`,
			}
		: { reaction: "confused", message: "there is nothing to retry here." };
}

/** A check run's button was pressed again: starts its incident over, if that ended without a fix. */
export async function retryOne(
	effects: Effects,
	id: string,
	author: string,
	received_at: number,
): Promise<CommandResult> {
	const before = await steppedSince(effects.journal, "retried", [id], received_at);
	const isRetried = before.has(id) || (await unlessRaced(() => retryRemediation(effects, id, author))).ok;
	return isRetried
		? { reaction: "eyes", message: `${countOf(1)} will start over.` }
		: { reaction: "confused", message: "there is nothing to retry here." };
}

/** Expects the newest first. */
function newestOfEach(all: readonly PullRequestRemediation[]): readonly PullRequestRemediation[] {
	const newest = new Map<string, PullRequestRemediation>();
	for (const one of all) {
		const what = whatFailed(one);
		if (!newest.has(what)) newest.set(what, one);
	}
	return [...newest.values()];
}

/** A damaged one stays separate, so that it hides no other. */
function whatFailed({ id, kind, incident }: PullRequestRemediation): string {
	const read = readStored("incidents.incident", incident);
	if (!read.ok) return `damaged:${id}`;
	const failure = read.value;
	const check = kind === "ci" ? checkOf(failure) : undefined;
	if (check !== undefined) return check.kind === "status" ? `status:${failure.job}` : checkName(check);
	return `${kind}:${failure.alert?.type ?? ""}:${failure.alert?.number ?? ""}`;
}
