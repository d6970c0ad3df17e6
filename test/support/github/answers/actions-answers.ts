import type { PlainAnswer } from "../description.ts";
import type { Job, Run } from "../samples.ts";
import { type AskedRepository, failure, found, isWanted, notFound, ok, page } from "./asked.ts";

export const actionsAnswers = {
	"GET /repos/{owner}/{repo}/actions/runs": listRuns,
	"GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs": listRuns,
	"GET /repos/{owner}/{repo}/actions/runs/{run_id}": ({ repository, parameters }: AskedRepository) =>
		found(repository.runs.get(Number(parameters.run_id))),
	"POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs": rerunFailedJobs,
	"GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs": listJobs,
	"GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs": listJobs,
	"GET /repos/{owner}/{repo}/actions/jobs/{job_id}": ({ repository, parameters }: AskedRepository) => {
		const job = repository.jobs.get(Number(parameters.job_id));
		return found(job && withoutLog(job));
	},
	"GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs": redirectToLog,
};

/** Newest first. */
function listRuns(asked: AskedRepository): PlainAnswer {
	const runs = [...asked.repository.runs.values()]
		.filter((run) => isOfWorkflow(run, asked.parameters.workflow_id))
		.filter((run) => isWanted(asked, "branch", run.head_branch))
		.filter((run) => isWanted(asked, "head_sha", run.head_sha))
		.filter((run) => isWanted(asked, "event", run.event))
		.filter((run) => isWanted(asked, "status", run.status) || isWanted(asked, "status", run.conclusion))
		.sort((a, b) => b.created_at.localeCompare(a.created_at) || Number(b.id) - Number(a.id));
	return page(asked, runs, (workflow_runs) => ({ total_count: runs.length, workflow_runs }));
}

/** A workflow is identified by its number or by its file name. */
function isOfWorkflow(run: Run, workflow: string | undefined): boolean {
	return workflow === undefined || workflow === String(run.workflow_id) || run.path.endsWith(`/${workflow}`);
}

/** The run's next attempt begins, unless one is under way: https://docs.github.com/en/rest/actions/workflow-runs#re-run-failed-jobs-from-a-workflow-run */
function rerunFailedJobs({ repository, parameters }: AskedRepository): PlainAnswer {
	const run = repository.runs.get(Number(parameters.run_id));
	if (run === undefined) return notFound();
	if (run.status !== "completed") return failure(403, "This workflow run is already running");
	repository.putRun({
		...run,
		id: Number(run.id),
		run_attempt: (run.run_attempt ?? 1) + 1,
		status: "in_progress",
		conclusion: null,
	});
	return ok({}, 201);
}

/** Jobs of the last attempt, of all attempts, or of one attempt, as requested. */
function listJobs(asked: AskedRepository): PlainAnswer {
	const { repository, parameters, query } = asked;
	const run = repository.runs.get(Number(parameters.run_id));
	if (run === undefined) return notFound();
	const attempt = parameters.attempt_number ?? run.run_attempt ?? 1;
	const jobs = [...repository.jobs.values()]
		.filter((job) => job.run_id === run.id)
		.filter((job) => query.get("filter") === "all" || job.run_attempt === Number(attempt));
	return page(asked, jobs.map(withoutLog), (shown) => ({ total_count: jobs.length, jobs: shown }));
}

function redirectToLog({ repository, parameters }: AskedRepository): PlainAnswer {
	const job = repository.jobs.get(Number(parameters.job_id));
	if (job === undefined) return notFound();
	if (job.logUrl === undefined) return failure(410, "Gone");
	return { status: 302, headers: { location: job.logUrl } };
}

function withoutLog({ logUrl: _, ...job }: Job & { readonly logUrl?: string }): Job {
	return job;
}
