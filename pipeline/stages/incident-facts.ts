import type { Context, JobLogs } from "../context.ts";
import { dataFrom } from "../context-data.ts";
import type { Facts } from "../expression/facts.ts";
import type { Incident } from "../incident.ts";
import { shapeIncident } from "./incident-shape.ts";

/** The incident with what its context tells and its event did not: commit message, pull request, job, failed steps. */
export function enrichIncident(incident: Incident, context: Context): Incident {
	const logs = jobsOf(context);
	const told = shapeIncident({
		commit_message: dataFrom(context, "github.commit")?.message,
		pr_number: dataFrom(context, "github.pull_request")?.number,
		job: logs.length === 1 ? logs[0]?.name : undefined,
		failed_steps: logs.flatMap((job) => job.failed_steps ?? []),
	});
	return { ...told, ...incident };
}

/** The facts that functions ask about. Without a context these are what the incident itself tells. */
export function factsOf(incident: Incident, context: Context = {}): Facts {
	const log = dataFrom(context, "github.job_logs")?.reading;
	const logs = jobsOf(context);
	const jobs = unique([incident.job, ...logs.map(({ name }) => name)]);
	const steps = unique([
		...(incident.failed_steps ?? []),
		...logs.flatMap((job) => job.failed_steps ?? []),
		log?.failed_step,
	]);
	const files = unique(filesOf(context).map(({ path }) => path));
	const { workflow } = incident;
	return {
		...(log?.patterns !== undefined && { log }),
		...(jobs.length > 0 && { jobs }),
		...(steps.length > 0 && { failed_steps: steps }),
		...(files.length > 0 && { changed_files: files }),
		...(workflow !== undefined && { workflow }),
	};
}

function jobsOf(context: Context): readonly Partial<JobLogs["jobs"][number]>[] {
	const jobs = dataFrom(context, "github.job_logs")?.jobs;
	return Array.isArray(jobs) ? jobs.filter(isObject) : [];
}

function filesOf(context: Context): readonly { readonly path?: string }[] {
	const files = dataFrom(context, "github.changed_files")?.files;
	return Array.isArray(files) ? files.filter(isObject) : [];
}

function unique(values: readonly (string | undefined)[]): string[] {
	return [...new Set(values.filter((value) => typeof value === "string" && value !== ""))] as string[];
}

function isObject(value: unknown): boolean {
	return typeof value === "object" && value !== null;
}
