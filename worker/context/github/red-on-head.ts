import * as z from "zod";
import { hasFailed } from "./failed-jobs.ts";
import { type Parsed, parseResponse, type RepoClient, sourceFailure } from "./repo-client.ts";
import { type RunAnswer, runsSchema } from "./run-answer.ts";

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
		checks.ok && checks.value.isCut && `only ${MOST_CHECKS_READ} of its checks`,
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

/**
 * The failed runs of GitHub Actions on a commit, newest first: the newest conclusive run of each workflow and triggering
 * event. A cancelled or skipped run says nothing about the failure before it. One page suffices: on a commit with more runs,
 * the oldest add nothing new.
 */
async function redRuns({ get, repo }: RepoClient, head_sha: string): Promise<Parsed<readonly RunAnswer[]>> {
	const parameters = { ...repo, head_sha, per_page: 100 };
	const list = parseResponse(runsSchema, await get("GET /repos/{owner}/{repo}/actions/runs", parameters));
	if (!list.ok) return list;
	const newest = new Map<string, RunAnswer>();
	for (const run of list.value.workflow_runs.filter(isConclusive)) {
		const of = `${run.workflow_id} ${run.event}`;
		if (run.id > (newest.get(of)?.id ?? 0)) newest.set(of, run);
	}
	const red = [...newest.values()].filter(({ conclusion }) => hasFailed(conclusion));
	return { ok: true, value: red.toSorted((one, other) => other.id - one.id) };
}

function isConclusive({ status, conclusion }: RunAnswer): boolean {
	return status === "completed" && (conclusion === "success" || hasFailed(conclusion));
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

const PER_PAGE = 100;
const MOST_CHECKS_READ = 300;
const ACTIONS = "github-actions";

const checksSchema = z.object({
	check_runs: z.array(
		z.object({
			name: z.string(),
			conclusion: z.string().nullish(),
			html_url: z.string().nullish(),
			app: z.object({ slug: z.string().nullish() }).nullish(),
			output: z
				.object({ title: z.string().nullish(), summary: z.string().nullish(), text: z.string().nullish() })
				.nullish(),
		}),
	),
});

/** The newest check of each name and App on a commit. Leaves out GitHub Actions: its checks are jobs, which the runs cover. */
async function redChecks(
	{ get, repo }: RepoClient,
	ref: string,
): Promise<Parsed<{ readonly red: readonly RedCheck[]; readonly isCut: boolean }>> {
	const red: RedCheck[] = [];
	for (let page = 1; page * PER_PAGE <= MOST_CHECKS_READ; page++) {
		const parameters = { ...repo, ref, filter: "latest", per_page: PER_PAGE, page } as const;
		const list = parseResponse(
			checksSchema,
			await get("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", parameters),
		);
		if (!list.ok) return list;
		const { check_runs } = list.value;
		for (const { name, conclusion, html_url, app, output } of check_runs) {
			if (app?.slug === ACTIONS || !hasFailed(conclusion)) continue;
			const text = [output?.title, output?.summary, output?.text].filter(Boolean).join("\n");
			red.push({ name, ...(app?.slug && { app: app.slug }), ...(html_url && { url: html_url }), output: text });
		}
		if (check_runs.length < PER_PAGE) return { ok: true, value: { red, isCut: false } };
	}
	return { ok: true, value: { red, isCut: true } };
}

const statusesSchema = z.object({
	statuses: z.array(
		z.object({
			context: z.string(),
			state: z.string(),
			description: z.string().nullish(),
			target_url: z.string().nullish(),
		}),
	),
});

/** The newest status of each context on a commit. */
async function redStatuses({ get, repo }: RepoClient, ref: string): Promise<Parsed<readonly RedCheck[]>> {
	const parameters = { ...repo, ref, per_page: PER_PAGE };
	const list = parseResponse(statusesSchema, await get("GET /repos/{owner}/{repo}/commits/{ref}/status", parameters));
	if (!list.ok) return list;
	const red = list.value.statuses.filter(({ state }) => state === "failure" || state === "error");
	return {
		ok: true,
		value: red.map(({ context, description, target_url }) => ({
			name: context,
			...(target_url && { url: target_url }),
			output: description ?? "",
		})),
	};
}
