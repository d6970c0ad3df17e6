import type { Context, ContextPart, FailedJob, JobLogs } from "./context.ts";
import type { Incident, RunPart } from "./incident.ts";
import { joinReadings } from "./log/join-readings.ts";

/** Whether a job of the run is this incident's. */
export function isOwnJob({ part }: Pick<Incident, "part">, job: string): boolean {
	if (part === undefined) return true;
	return "only" in part ? part.only.includes(job) : !part.except.includes(job);
}

/** Whether both are incidents of the same run, each with its own jobs. */
export function arePartsOfOneRun(one: Pick<Incident, "part" | "run_id">, run_id: string | null | undefined): boolean {
	return one.part !== undefined && one.run_id !== undefined && one.run_id === run_id;
}

/** What another job of the run reported is left out, if the event names its job. */
export function withoutOthersFindings(part: RunPart | undefined, reported: Incident): Incident {
	if (reported.job === undefined || isOwnJob(part === undefined ? {} : { part }, reported.job)) return reported;
	const { job: _job, jobs: _jobs, failed_steps: _steps, evidence: _evidence, url: _url, ...kept } = reported;
	return kept;
}

/** An incident of these jobs alone. Its facts stay: commit, branch, who started the run. */
export function incidentOfJobs(incident: Incident, jobs: readonly FailedJob[], part?: RunPart): Incident {
	const { job, jobs: _jobs, failed_steps: _steps, evidence: _evidence, url, ...kept } = incident;
	const names = [...new Set(jobs.map(({ name }) => name))];
	const [first] = jobs;
	const named = job !== undefined && names.includes(job) ? job : first?.name;
	// Without a job, the address is the run's.
	const address = job === undefined || named === job ? url : first?.url;
	const steps = [...new Set(jobs.flatMap(({ failed_steps }) => failed_steps))].slice(0, MOST_NAMES);
	return {
		...kept,
		...(part !== undefined && { part }),
		...(named !== undefined && { job: named }),
		...(names.length > 1 && { jobs: names.slice(0, MOST_NAMES) }),
		...(steps.length > 0 && { failed_steps: steps }),
		...(address !== undefined && { url: address }),
	};
}

const MOST_NAMES = 100;

/** The context with the logs of some failed jobs alone. Each job's own reading is dropped: nothing else needs it. */
export function contextOfJobs(context: Context, isKept: (job: FailedJob) => boolean): Context {
	return Object.fromEntries(Object.entries(context).map(([name, part]) => [name, partOfJobs(part, isKept)]));
}

function partOfJobs(part: ContextPart, isKept: (job: FailedJob) => boolean): ContextPart {
	if (part.from !== "github.job_logs" || part.status !== "ok") return part;
	const { reading, jobs, ...rest } = part.data as JobLogs;
	const kept = jobs.filter(isKept);
	const readings = kept.flatMap(({ own }) => own ?? []);
	const joint = kept.length === jobs.length ? reading : readings.length > 0 ? joinReadings(readings) : undefined;
	const data: JobLogs = {
		...rest,
		...(joint !== undefined && { reading: joint }),
		jobs: kept.map(({ own: _own, ...job }) => job),
	};
	const { incomplete, ...whole } = part;
	const isIncomplete = incomplete !== undefined && kept.some(({ log }) => log !== "whole");
	return { ...whole, data, ...(isIncomplete && { incomplete }) };
}
