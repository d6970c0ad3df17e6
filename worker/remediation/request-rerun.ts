import { backoffMs } from "../../wire/backoff.ts";
import { MINUTE_MS, MINUTE_S } from "../../wire/durations.ts";
import { findRun } from "../context/github/cached-queries.ts";
import { type RepoClient, repoClient, sourceFailure } from "../context/github/repo-client.ts";
import type { RunAnswer } from "../context/github/run-answer.ts";
import type { Effects } from "../effects.ts";
import type { GitHub, GitHubFailure } from "../github/github.ts";
import { isTransient } from "../github/read-failure.ts";
import { lockRerun, type RerunRow, type RerunUpdate, recordRerun } from "../journal/reruns.ts";
import type { Cost } from "../runtime/budget.ts";
import type { Remediation } from "./load-state.ts";

/** One question, one request, their tokens, and the journal. */
export const ASKING_RERUN_COST: Cost = { statements: 3, subrequests: 12 };

const LONGEST_MS = 10_000;
// Longer than the question and the request together: whoever asks next sees what this one did.
const LOCK_MS = 60_000;
const LATEST_REQUEST_MS = 2 * LONGEST_MS;
const SHORTEST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 5 * MINUTE_MS;

/**
 * Asks GitHub to run the failed jobs again, once: one consumer at a time, and only while the run is still at the attempt that
 * failed. After a crash behind the request, GitHub's own number of the attempt says that it was made.
 */
export async function requestRerun(effects: Effects, found: Remediation): Promise<void> {
	const { journal } = effects;
	const rerun = needRerun(found);
	if (effects.github === undefined) {
		const update = { is: "ended", result: "refused", why: "no GitHub App is configured" } as const;
		return await recordRerun(journal, rerun, update, effects.now());
	}
	const now = effects.now();
	if (!(await lockRerun(journal, rerun, { now, until: now + LOCK_MS }))) return;
	const update = await request(effects, effects.github, found, { rerun, latest: now + LOCK_MS - LATEST_REQUEST_MS });
	await recordRerun(journal, rerun, update, effects.now());
	const { is, ...details } = update;
	effects.log.info(`rerun ${is}`, { incident_id: rerun.incident_id, run_attempt: rerun.run_attempt, ...details });
}

async function request(
	effects: Effects,
	github: GitHub,
	{ failure }: Remediation,
	{ rerun, latest }: { readonly rerun: RerunRow; readonly latest: number },
): Promise<RerunUpdate> {
	const client = repoClient(github, failure);
	const run = await findRun(client, failure, AbortSignal.timeout(LONGEST_MS));
	if (!run.ok) {
		const { problem } = run;
		return isTransient(problem) ? postponed(effects, rerun, problem) : refused(sourceFailure(problem).why);
	}
	if (run.value === undefined) return refused("it is no run of GitHub Actions");
	if ((run.value.run_attempt ?? 1) > rerun.run_attempt) return { is: "requested" };
	if (run.value.status !== "completed") return postponed(effects, rerun);
	if (run.value.conclusion === "success") return refused("its run passed although a job of it failed");
	if (effects.now() >= latest) return postponed(effects, rerun);
	return await postRerun(effects, { github, client, run: run.value }, failure, rerun);
}

async function postRerun(
	effects: Effects,
	{ github, client, run }: { readonly github: GitHub; readonly client: RepoClient; readonly run: RunAnswer },
	{ repository, installation_id }: Remediation["failure"],
	rerun: RerunRow,
): Promise<RerunUpdate> {
	const route = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs";
	const parameters = { ...client.repo, run_id: run.id };
	const signal = AbortSignal.timeout(LONGEST_MS);
	const answer = await github.asInstallation({ repository, installation_id }, route, parameters, signal);
	if (answer.ok) return { is: "requested" };
	const { failure } = answer;
	switch (failure.reason) {
		case "rate_limited":
		// It may have been begun: the run's attempt says so.
		case "unavailable":
			return postponed(effects, rerun, failure);
		case "not_found":
			return refused(withoutPermission(failure.detail));
		case "forbidden":
		case "refused": {
			// https://docs.github.com/en/rest/actions/workflow-runs#re-run-failed-jobs-from-a-workflow-run
			if (/already running|in progress/i.test(failure.detail)) return postponed(effects, rerun);
			const isPermission = /not accessible/i.test(failure.detail);
			return refused(isPermission ? withoutPermission(failure.detail) : `GitHub refused it (${failure.detail})`);
		}
		default:
			return failure satisfies never;
	}
}

function withoutPermission(detail: string): string {
	return `the GitHub App needs the permission Actions: write (${detail})`;
}

function refused(why: string): RerunUpdate {
	return { is: "ended", result: "refused", why };
}

function postponed(
	effects: Effects,
	{ tries }: RerunRow,
	failure?: GitHubFailure | { readonly reason: string },
): RerunUpdate {
	const now = effects.now();
	const pause = backoffMs(tries, { random: effects.random(), longestMs: LONGEST_PAUSE_MS });
	const allowed = failure !== undefined && "until" in failure ? failure.until : now;
	return { is: "postponed", until: Math.max(allowed, now + Math.max(SHORTEST_PAUSE_MS, pause)) };
}

/** At the deadline of a rerun whose result no event reported: asks GitHub for it. */
export async function askRerun(effects: Effects, found: Remediation): Promise<void> {
	const rerun = needRerun(found);
	const end = await resultOf(effects, found, rerun);
	await recordRerun(effects.journal, rerun, { is: "ended", ...end }, effects.now());
}

async function resultOf(
	{ github }: Effects,
	{ failure }: Remediation,
	{ run_attempt, deadline_s }: RerunRow,
): Promise<Omit<RerunUpdate & { readonly is: "ended" }, "is">> {
	const late = `its rerun has no result ${Math.round(deadline_s / MINUTE_S)} min after it was asked for`;
	if (github === undefined) return { result: "silent", why: late };
	const run = await findRun(repoClient(github, failure), failure, AbortSignal.timeout(LONGEST_MS));
	if (!run.ok) return { result: "silent", why: `${late}: ${sourceFailure(run.problem).why}` };
	const attempt = run.value?.run_attempt ?? 1;
	if (run.value?.status !== "completed" || attempt <= run_attempt) return { result: "silent", why: late };
	return run.value.conclusion === "success"
		? { result: "passed", why: `attempt ${attempt} of its run passed` }
		: { result: "failed", why: `attempt ${attempt} of its run failed again` };
}

function needRerun({ state: { rerun } }: Remediation): RerunRow {
	if (rerun === undefined) throw new Error("no rerun to ask for");
	return rerun;
}
