import type { JobLogs } from "../../../pipeline/context.ts";
import type { Incident } from "../../../pipeline/index.ts";
import type { Asking } from "./asking.ts";
import { failedJobs, type JobAnswer } from "./failed-jobs.ts";
import type { Lookups } from "./lookups.ts";
import { present } from "./present.ts";
import type { RedCheck } from "./red-checks.ts";
import type { RedOnHead } from "./red-on-head.ts";
import type { RunAnswer } from "./run-answer.ts";
import { type Told, unanswered } from "./told.ts";

/** One thing that failed; `run` where the incident does not tell which. */
export type Failure =
	| { readonly kind: "job"; readonly job: JobAnswer; readonly run?: RunAnswer }
	| { readonly kind: "check"; readonly check: RedCheck }
	/** It has no job to read the log of. */
	| { readonly kind: "run"; readonly run: RunAnswer; readonly why: string };

export interface Failures {
	/** The one that the event names first. */
	readonly failures: readonly Failure[];
	/** The runs that are red on the head, where they had to be looked for. */
	readonly runs?: NonNullable<JobLogs["runs"]>;
	readonly incomplete?: string;
}

/** What failed: the jobs of the incident's run; without a run, all that is red on the head. */
export async function findFailures(
	asking: Asking,
	lookups: Lookups,
	incident: Incident,
	signal: AbortSignal,
): Promise<Told<Failures>> {
	if (incident.run_id !== undefined) return await ofRun(asking, incident, signal);
	const red = await lookups.redOnHead();
	if (!red.ok) return red;
	return red.value === undefined
		? { ok: true, value: { failures: [] } }
		: await ofHead(asking, incident, red.value, signal);
}

async function ofRun(
	asking: Asking,
	{ run_id, run_attempt, job: named }: Incident,
	signal: AbortSignal,
): Promise<Told<Failures>> {
	const jobs = await failedJobs(asking, { run_id: Number(run_id), run_attempt }, signal);
	if (!jobs.ok) return jobs;
	const isNamed = (job: JobAnswer) => Number(job.name === named);
	const sorted = jobs.value.toSorted((one, other) => isNamed(other) - isNamed(one));
	return { ok: true, value: { failures: sorted.map((job) => ({ kind: "job", job })) } };
}

/** Not all of them may be read: one job of each run comes before the others of one. */
async function ofHead(
	asking: Asking,
	incident: Incident,
	{ runs, checks, incomplete }: RedOnHead,
	signal: AbortSignal,
): Promise<Told<Failures>> {
	const firsts: Failure[] = [];
	const rest: Failure[] = [];
	for (const run of runs) {
		const jobs = await failedJobs(asking, { run_id: run.id }, signal);
		if (!jobs.ok && jobs.failure.reason === "rate_limited") return jobs;
		const [first, ...others] = jobs.ok ? jobs.value.map((job): Failure => ({ kind: "job", job, run })) : [];
		firsts.push(first ?? { kind: "run", run, why: whyNoJob(jobs) });
		rest.push(...others);
	}
	const told = checks.filter((check) => !isOwn(incident, check)).map((check): Failure => ({ kind: "check", check }));
	const failures = [...firsts, ...told, ...rest];
	const gap = incomplete !== undefined && { incomplete };
	return { ok: true, value: { failures, runs: runs.map(redRun), ...gap } };
}

/** The check whose button was pressed has told its findings with the event. */
function isOwn({ app, job }: Incident, check: RedCheck): boolean {
	return app !== undefined && check.app === app && check.name === job;
}

function whyNoJob(jobs: Told<unknown>): string {
	return jobs.ok ? "its run has no failed job" : unanswered(jobs).why;
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
		workflow: present({ name, path }),
		...present({ attempt: run_attempt, conclusion, url: html_url }),
	};
}
