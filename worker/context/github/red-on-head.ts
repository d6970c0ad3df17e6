import {
	type CheckAnswer,
	checksOfRef,
	isJob,
	isRedStatus,
	newestConclusive,
	runsOfCommit,
	statusesOfRef,
} from "./commit-results.ts";
import { hasFailed } from "./failed-jobs.ts";
import { type Parsed, type RepoClient, sourceFailure } from "./repo-client.ts";
import type { RunAnswer } from "./run-answer.ts";

/** What currently fails on one commit. */
export interface RedOnHead {
	readonly runs: readonly RunAnswer[];
	/** Checks of Apps other than GitHub Actions, and commit statuses. */
	readonly checks: readonly RedCheck[];
	/** What GitHub did not report, or what exceeds a limit, in one sentence. */
	readonly incomplete?: string;
}

const MOST_RUNS = 5;
const MOST_CHECKS = 20;

/** Queries three lists at once. A failed list loses only its own part; if all fail, there is no answer. */
export async function redOnHead(client: RepoClient, sha: string): Promise<Parsed<RedOnHead>> {
	const lists = await Promise.all([redRuns(client, sha), redChecks(client, sha), redStatuses(client, sha)]);
	const [runs, checks, statuses] = lists;
	const failed = lists.filter((list) => !list.ok);
	const fatal = failed.find(({ problem }) => problem.reason === "rate_limited");
	if (fatal !== undefined) return fatal;
	if (failed[0] !== undefined && failed.length === lists.length) return failed[0];
	const red = [...(checks.ok ? checks.value.red : []), ...(statuses.ok ? statuses.value : [])];
	const gaps = [
		gapOf("the runs of the commit", runs),
		gapOf("its checks", checks),
		gapOf("its statuses", statuses),
		runs.ok && runs.value.length > MOST_RUNS && `only the newest ${MOST_RUNS} of ${runs.value.length} failed runs`,
		checks.ok && checks.value.incomplete,
		red.length > MOST_CHECKS && `only ${MOST_CHECKS} of ${red.length} failed checks`,
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
	return list.ok ? undefined : `${what}: ${sourceFailure(list.problem).why}`;
}

/** The failed runs of GitHub Actions on a commit, newest first: the newest conclusive run of each workflow and triggering event. */
async function redRuns(client: RepoClient, head_sha: string): Promise<Parsed<readonly RunAnswer[]>> {
	const runs = await runsOfCommit(client, head_sha);
	if (!runs.ok) return runs;
	const red = newestConclusive(runs.value).filter(({ conclusion }) => hasFailed(conclusion));
	return { ok: true, value: red.toSorted((one, other) => other.id - one.id) };
}

/** A failed check of an App, or a failed commit status. */
export interface RedCheck {
	readonly name: string;
	/** The slug of the App that owns the check; a commit status has none. */
	readonly app?: string;
	readonly url?: string;
	/** Its output; may be empty. */
	readonly output: string;
}

async function redChecks(
	client: RepoClient,
	ref: string,
): Promise<Parsed<{ readonly red: readonly RedCheck[]; readonly incomplete?: string }>> {
	const list = await checksOfRef(client, ref);
	if (!list.ok) return list;
	const { checks, ...rest } = list.value;
	const red = checks.filter((check) => !isJob(check) && hasFailed(check.conclusion));
	return { ok: true, value: { red: red.map(redCheck), ...rest } };
}

function redCheck({ name, html_url, app, output }: CheckAnswer): RedCheck {
	const text = [output?.title, output?.summary, output?.text].filter(Boolean).join("\n");
	return { name, ...(app?.slug && { app: app.slug }), ...(html_url && { url: html_url }), output: text };
}

async function redStatuses(client: RepoClient, ref: string): Promise<Parsed<readonly RedCheck[]>> {
	const list = await statusesOfRef(client, ref);
	if (!list.ok) return list;
	return {
		ok: true,
		value: list.value.filter(isRedStatus).map(({ context, description, target_url }) => ({
			name: context,
			...(target_url && { url: target_url }),
			output: description ?? "",
		})),
	};
}
