import type { Context, JobLogs, PullRequest, RedRun } from "../context.ts";
import { dataFrom } from "../context-data.ts";
import type { Facts } from "../expression/facts.ts";
import type { Incident } from "../incident.ts";
import { readLogText } from "../log/log-reader.ts";
import { withQueuedPullRequest } from "../merge-queue.ts";
import { shapeIncident } from "./incident-shape.ts";
import type { Pipeline } from "./load-pipeline.ts";

/**
 * Adds to the incident what its context knows and its event lacked: the branch, its repository, who started the run,
 * the workflow's file, commit message, pull request, job, failed steps. Fields from the event take precedence.
 */
export function enrichIncident(incident: Incident, context: Context): Incident {
	const logs = jobsOf(context);
	const run = dataFrom(context, "github.run");
	const commit = dataFrom(context, "github.commit");
	const pull = dataFrom(context, "github.pull_request");
	// An event that names only a pull request, such as a comment, means its branch as it is now.
	const meant = incident.branch === undefined && pull?.number === incident.pr_number ? pull : undefined;
	const known = shapeIncident({
		head_repository: run?.head_repository ?? meant?.head_repository ?? headRepositoryOf(incident, pull),
		branch: run?.head_branch ?? meant?.head_branch,
		head_sha: run?.head_sha ?? meant?.head_sha,
		workflow: run?.workflow ?? onlyRunOf(context)?.workflow,
		actor: run?.actor,
		author: { login: commit?.author },
		commit_message: commit?.message,
		conclusion: run?.conclusion,
		pr_number: isAbout(incident, pull) ? pull?.number : undefined,
		job: logs.length === 1 ? logs[0]?.name : undefined,
		failed_steps: logs.flatMap((job) => job.failed_steps ?? []),
	});
	const workflow = { ...known.workflow, ...incident.workflow };
	return withQueuedPullRequest({
		...known,
		...incident,
		...(Object.keys(workflow).length > 0 && { workflow }),
	});
}

/** A commit may also be in a pull request of another branch than the one that failed: that one is somebody else's. */
function isAbout({ branch }: Incident, pull: Partial<PullRequest> | undefined): boolean {
	return branch === undefined || pull?.head_branch === undefined || pull.head_branch === branch;
}

function headRepositoryOf({ branch }: Incident, pull: Partial<PullRequest> | undefined): string | undefined {
	return pull?.head_branch === branch ? pull?.head_repository : undefined;
}

/** The facts for functions. Without a context, these come from the incident itself. */
export function factsOf({ agents }: Pick<Pipeline, "agents">, incident: Incident, context: Context = {}): Facts {
	const log = dataFrom(context, "github.job_logs")?.reading;
	const logs = jobsOf(context);
	const jobs = unique([incident.job, ...(incident.jobs ?? []), ...logs.map(({ name }) => name)]);
	const steps = unique([
		...(incident.failed_steps ?? []),
		...logs.flatMap((job) => job.failed_steps ?? []),
		log?.failed_step,
	]);
	const files = unique(filesOf(context).map(({ path }) => path));
	const { workflow } = incident;
	return {
		agents,
		...(log?.patterns !== undefined && { log }),
		...(jobs.length > 0 && { jobs }),
		...(steps.length > 0 && { failed_steps: steps }),
		...(files.length > 0 && { changed_files: files }),
		...(workflow !== undefined && { workflow }),
	};
}

/**
 * The facts for the rules. If no job's log was read, `$log` and `$error` search the event's own text: a check's output and a
 * play's error contain the lines that a log would. A log says more, so it is the only source when there is one.
 */
export function evidentFactsOf(
	pipeline: Pick<Pipeline, "agents" | "logSearch">,
	incident: Incident,
	context: Context,
): Facts {
	const facts = factsOf(pipeline, incident, context);
	const { evidence = "" } = incident;
	if (facts.log !== undefined || evidence === "") return facts;
	const said = evidence.slice(0, SAID_FIRST).split("\n", SAID_LINES);
	return { ...facts, log: readLogText(pipeline.logSearch, evidence), said };
}

/** A title and a summary, without the lines of a whole log. */
const SAID_FIRST = 600;
const SAID_LINES = 4;

function jobsOf(context: Context): readonly Partial<JobLogs["jobs"][number]>[] {
	const jobs = dataFrom(context, "github.job_logs")?.jobs;
	return Array.isArray(jobs) ? jobs.filter(isObject) : [];
}

/** The failed run, if the event named none and exactly one failed. */
function onlyRunOf(context: Context): Partial<RedRun> | undefined {
	const runs = dataFrom(context, "github.job_logs")?.runs;
	const [only] = Array.isArray(runs) && runs.length === 1 ? runs.filter(isObject) : [];
	return only;
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
