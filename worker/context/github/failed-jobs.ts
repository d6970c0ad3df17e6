import * as z from "zod";
import { type Parsed, parseResponse, type RepoClient } from "./repo-client.ts";

const jobSchema = z.object({
	id: z.number(),
	name: z.string(),
	conclusion: z.string().nullish(),
	html_url: z.string().nullish(),
	steps: z.array(z.object({ name: z.string(), conclusion: z.string().nullish() })).nullish(),
});
export type JobAnswer = z.infer<typeof jobSchema>;
const pageSchema = z.object({ jobs: z.array(jobSchema) });

const FAILED: ReadonlySet<string> = new Set(["failure", "timed_out", "startup_failure"]);
const PER_PAGE = 100;
const MOST_PAGES = 10;

/** A run: one attempt of it, or its latest. */
export interface RunRef {
	readonly run_id: number;
	readonly run_attempt?: number | undefined;
}

export function hasFailed(conclusion: string | null | undefined): boolean {
	return FAILED.has(conclusion ?? "");
}

/** The failed jobs of a run. */
export async function failedJobs(
	client: RepoClient,
	run: RunRef,
	signal: AbortSignal,
): Promise<Parsed<readonly JobAnswer[]>> {
	const jobs: JobAnswer[] = [];
	for (let page = 1; page <= MOST_PAGES; page++) {
		const more = parseResponse(pageSchema, await askPage(client, run, page, signal));
		if (!more.ok) return more;
		jobs.push(...more.value.jobs.filter(({ conclusion }) => hasFailed(conclusion)));
		if (more.value.jobs.length < PER_PAGE) break;
	}
	return { ok: true, value: jobs };
}

function askPage({ get, repo }: RepoClient, { run_id, run_attempt }: RunRef, page: number, signal: AbortSignal) {
	const parameters = { ...repo, run_id, per_page: PER_PAGE, page };
	if (run_attempt === undefined) {
		const latest = { ...parameters, filter: "latest" } as const;
		return get("GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs", latest, signal);
	}
	const ofAttempt = { ...parameters, attempt_number: run_attempt };
	return get("GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs", ofAttempt, signal);
}
