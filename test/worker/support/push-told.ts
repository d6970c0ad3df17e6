import { example, failedJob, failedRun, type Payload, repositoryOf } from "./failed-job.ts";

/** A push whose CI came to an end. */
export interface PushTold {
	readonly branch: string;
	readonly run_id: number;
	readonly by: { readonly login: string; readonly type: string };
	readonly conclusion?: "success" | "failure";
	/** Of the run; 1 unless told. */
	readonly attempt?: number;
}

export interface ToldBy {
	readonly event: string;
	readonly payload: Record<string, unknown>;
}

/**
 * All that GitHub tells of one push to a pull request: the push, the jobs, the run, the checks of GitHub Actions and of
 * another App, a commit status. Made from GitHub's own examples. Of checks and statuses the sender is the App.
 */
export function pushTold(push: PushTold): readonly ToldBy[] {
	return [
		{ event: "pull_request", payload: pullRequest(push) },
		{ event: "workflow_job", payload: jobTold(push) },
		{ event: "check_run", payload: check(push, "github-actions") },
		{ event: "check_suite", payload: suite(push, "github-actions") },
		{ event: "workflow_run", payload: runTold(push) },
		{ event: "check_run", payload: check(push, "vercel") },
		{ event: "check_suite", payload: suite(push, "vercel") },
		{ event: "status", payload: status(push) },
	];
}

export function runTold({
	branch,
	run_id,
	by,
	conclusion = "failure",
	attempt = 1,
}: PushTold): Record<string, unknown> {
	const payload = failedRun({ run_id, branch }) as Payload;
	const times = { run_started_at: timeOf(run_id, attempt), updated_at: timeOf(run_id, attempt) };
	const own = {
		conclusion,
		run_attempt: attempt,
		actor: by,
		head_sha: shaOf(run_id),
		head_repository: payload.repository,
	};
	return { ...payload, workflow_run: { ...payload.workflow_run, ...own, ...times }, sender: by };
}

export function jobTold({
	branch,
	run_id,
	by,
	conclusion = "failure",
	attempt = 1,
}: PushTold): Record<string, unknown> {
	const payload = failedJob({ run_id, branch }) as Payload;
	const times = { started_at: timeOf(run_id, attempt), completed_at: timeOf(run_id, attempt) };
	const own = { conclusion, run_attempt: attempt, head_sha: shaOf(run_id), ...times };
	return { ...payload, workflow_job: { ...payload.workflow_job, ...own }, sender: by };
}

function check({ branch, run_id, conclusion = "failure" }: PushTold, slug: string): Record<string, unknown> {
	const payload = ownExample("check_run", "completed");
	const check_run = {
		...payload.check_run,
		id: run_id * 10,
		name: "clippy",
		conclusion,
		head_sha: shaOf(run_id),
		app: { slug },
		check_suite: { head_branch: branch },
		details_url: `https://github.com/5dlabs/cto/actions/runs/${run_id}/job/${run_id * 10}`,
		pull_requests: [],
		started_at: timeOf(run_id, 1),
		completed_at: timeOf(run_id, 1),
	};
	return { ...payload, check_run, sender: { login: `${slug}[bot]`, type: "Bot" } };
}

function suite({ branch, run_id, conclusion = "failure" }: PushTold, slug: string): Record<string, unknown> {
	const payload = ownExample("check_suite", "completed");
	const check_suite = {
		...payload.check_suite,
		conclusion,
		head_branch: branch,
		head_sha: shaOf(run_id),
		head_commit: { message: "Try again", author: { name: "agent", email: "agent@example.com" } },
		app: { slug },
		pull_requests: [],
		created_at: timeOf(run_id, 1),
		updated_at: timeOf(run_id, 1),
	};
	return { ...payload, check_suite, sender: { login: `${slug}[bot]`, type: "Bot" } };
}

function status({ branch, run_id, by, conclusion = "failure" }: PushTold): Record<string, unknown> {
	const payload = ownExample("status");
	const commit = { ...payload.commit, author: by };
	const times = { created_at: timeOf(run_id, 1), updated_at: timeOf(run_id, 1) };
	const own = { sha: shaOf(run_id), state: conclusion, context: "ci/other", branches: [{ name: branch }], commit };
	return { ...payload, ...own, ...times };
}

function pullRequest({ branch, run_id, by }: PushTold): Record<string, unknown> {
	const payload = ownExample("pull_request", "synchronize");
	const head = { ref: branch, sha: shaOf(run_id), repo: payload.repository };
	return { ...payload, pull_request: { ...payload.pull_request, head }, sender: by };
}

function shaOf(run_id: number): string {
	return run_id.toString(16).padStart(40, "0");
}

/** The later the run, the later it began. */
function timeOf(run_id: number, attempt: number): string {
	return new Date(Date.now() + run_id * 60_000 + attempt * 1000).toISOString();
}

/** GitHub's own, as if 5dlabs/cto had sent it. */
function ownExample(event: string, action?: string): Payload {
	const found = example(event, action);
	return { ...found, repository: repositoryOf(found.repository) };
}
