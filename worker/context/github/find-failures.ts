import type { JobLogs } from "../../../pipeline/context.ts";
import { type Incident, isOwnJob } from "../../../pipeline/index.ts";
import type { CachedQueries } from "./cached-queries.ts";
import { failedJobs, type JobAnswer } from "./failed-jobs.ts";
import type { RedCheck, RedOnHead } from "./red-on-head.ts";
import { compact, type Parsed, type RepoClient, sourceFailure } from "./repo-client.ts";
import type { RunAnswer } from "./run-answer.ts";

/** One failure; `run` is set if the incident does not name it. */
export type Failure =
	| { readonly kind: "job"; readonly job: JobAnswer; readonly run?: RunAnswer }
	| { readonly kind: "check"; readonly check: RedCheck }
	/** A failed run without a job whose log could be read. */
	| { readonly kind: "run"; readonly run: RunAnswer; readonly why: string };

export interface Failures {
	/** The one that the event names comes first. */
	readonly failures: readonly Failure[];
	/** The failed runs on the head, if the incident names no run. */
	readonly runs?: NonNullable<JobLogs["runs"]>;
	readonly incomplete?: string;
	/** Only jobs of other incidents of the run failed. */
	readonly areOthers?: boolean;
}

/** What failed: the jobs of the incident's run; without a run, everything that failed on the head. */
export async function findFailures(
	client: RepoClient,
	queries: CachedQueries,
	incident: Incident,
	signal: AbortSignal,
): Promise<Parsed<Failures>> {
	if (incident.run_id !== undefined) return await ofRun(client, incident, signal);
	const red = await queries.redOnHead();
	if (!red.ok) return red;
	return red.value === undefined
		? { ok: true, value: { failures: [] } }
		: await ofHead(client, incident, red.value, signal);
}

async function ofRun(client: RepoClient, incident: Incident, signal: AbortSignal): Promise<Parsed<Failures>> {
	const { run_id, run_attempt, job: named } = incident;
	const jobs = await failedJobs(client, { run_id: Number(run_id), run_attempt }, signal);
	if (!jobs.ok) return jobs;
	const isNamed = (job: JobAnswer) => Number(job.name === named);
	const own = jobs.value.filter(({ name }) => isOwnJob(incident, name));
	const sorted = own.toSorted((one, other) => isNamed(other) - isNamed(one));
	const areOthers = own.length === 0 && jobs.value.length > 0;
	return {
		ok: true,
		value: { failures: sorted.map((job) => ({ kind: "job", job })), ...(areOthers && { areOthers }) },
	};
}

/** Not all logs may be read, so one job of each run comes before the other jobs of any run. */
async function ofHead(
	client: RepoClient,
	incident: Incident,
	{ runs, checks, incomplete }: RedOnHead,
	signal: AbortSignal,
): Promise<Parsed<Failures>> {
	const firsts: Failure[] = [];
	const rest: Failure[] = [];
	for (const run of runs) {
		const jobs = await failedJobs(client, { run_id: run.id }, signal);
		if (!jobs.ok && jobs.problem.reason === "rate_limited") return jobs;
		const [first, ...others] = jobs.ok ? jobs.value.map((job): Failure => ({ kind: "job", job, run })) : [];
		firsts.push(first ?? { kind: "run", run, why: whyNoJob(jobs) });
		rest.push(...others);
	}
	const found = checks.filter((check) => !isOwn(incident, check)).map((check): Failure => ({ kind: "check", check }));
	const failures = [...firsts, ...found, ...rest];
	const gap = incomplete !== undefined && { incomplete };
	return { ok: true, value: { failures, runs: runs.map(redRun), ...gap } };
}

/** The event already contains the output of the check whose button was pressed. */
function isOwn({ app, job }: Incident, check: RedCheck): boolean {
	return app !== undefined && check.app === app && check.name === job;
}

function whyNoJob(jobs: Parsed<unknown>): string {
	return jobs.ok ? "its run has no failed job" : sourceFailure(jobs.problem).why;
}

function redRun({
	id,
	name,
	path,
	run_attempt,
	conclusion,
	html_url,
}: RunAnswer): NonNullable<JobLogs["runs"]>[number] {
	return {
		id: String(id),
		workflow: compact({ name, path }),
		...compact({ attempt: run_attempt, conclusion, url: html_url }),
	};
}
