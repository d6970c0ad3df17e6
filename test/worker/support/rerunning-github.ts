import type { GitHub, GitHubAnswer, GitHubFailure } from "../../../worker/github/github.ts";

/** A run of GitHub Actions, as this GitHub has it. */
export interface RerunnableRun {
	attempt: number;
	status: "in_progress" | "completed";
	conclusion: "success" | "failure" | null;
	readonly branch: string;
	readonly head_sha: string;
	/** The failed job's log. */
	log: string;
	readonly workflow: { readonly name: string; readonly path: string };
}

const POST_RERUN = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs";

/** GitHub Actions that runs failed jobs again, and counts how often it was asked and how often it did. */
export class RerunningGitHub {
	readonly runs = new Map<number, RerunnableRun>();
	/** Ids of the runs that were begun again, in order. */
	readonly begun: number[] = [];
	/** How often it was asked to, whatever it answered. */
	asked = 0;
	/** In place of a rerun. */
	refusal: GitHubFailure | undefined;
	/** Happens behind a rerun, before its answer arrives. */
	afterRerun: () => void = () => undefined;

	putRun(id: number, run: Partial<RerunnableRun> = {}): RerunnableRun {
		const whole: RerunnableRun = {
			...{ attempt: 1, status: "completed", conclusion: "failure", branch: "fix/parser" },
			...{ head_sha: id.toString(16).padStart(40, "0"), log: "" },
			workflow: { name: "CI", path: ".github/workflows/ci.yml" },
			...run,
		};
		this.runs.set(id, whole);
		return whole;
	}

	/** For the sources of context and for the worker itself. */
	get github(): GitHub {
		const ask = async (_of: unknown, route: string, parameters: Readonly<Record<string, unknown>>) =>
			this.#answer(route, parameters);
		return { web_url: "https://github.com", asInstallation: ask, redirectOf: ask } as unknown as GitHub;
	}

	/** The storage of logs. */
	readonly fetch: typeof fetch = async (input) => {
		const id = Number(new URL(new Request(input).url).pathname.slice(1));
		return new Response(this.runs.get(id)?.log ?? "");
	};

	#answer(route: string, parameters: Readonly<Record<string, unknown>>): GitHubAnswer<unknown> {
		const id = Number(parameters.run_id ?? parameters.job_id);
		const run = this.runs.get(id);
		if (run === undefined) return no({ reason: "not_found", detail: "404: Not Found" });
		switch (route) {
			case POST_RERUN:
				return this.#rerun(id, run);
			case "GET /repos/{owner}/{repo}/actions/runs/{run_id}":
				return yes(payloadOf(id, run));
			case "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs":
			case "GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs":
				return yes({ jobs: [{ id, name: "check", conclusion: "failure", steps: [] }] });
			case "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs":
				return yes(`https://logs.test/${id}`);
			default:
				return no({ reason: "not_found", detail: "404: Not Found" });
		}
	}

	#rerun(id: number, run: RerunnableRun): GitHubAnswer<unknown> {
		this.asked++;
		if (this.refusal !== undefined) return no(this.refusal);
		if (run.status !== "completed") {
			return no({ reason: "forbidden", detail: "403: This workflow run is already running" });
		}
		this.begun.push(id);
		Object.assign(run, { attempt: run.attempt + 1, status: "in_progress", conclusion: null });
		this.afterRerun();
		return yes({});
	}
}

/** The run as the REST API and `workflow_run` have it. */
export function payloadOf(id: number, run: RerunnableRun) {
	const { attempt: run_attempt, status, conclusion, branch: head_branch, head_sha, workflow } = run;
	return {
		...{ id, ...workflow, workflow_id: 1, run_number: id, event: "push" },
		...{ run_attempt, status, conclusion, head_branch, head_sha, pull_requests: [] },
		...{ html_url: `https://github.com/5dlabs/cto/actions/runs/${id}`, head_repository: { full_name: "5dlabs/cto" } },
		...{ actor: { login: "octocat", type: "User" }, run_started_at: new Date(1e12 + id * 1000).toISOString() },
		head_commit: { id: head_sha, message: "Parse it", author: { name: "Octo Cat", username: "octocat" } },
	};
}

function yes(value: unknown): GitHubAnswer<unknown> {
	return { ok: true, value, status: 200, headers: {} };
}

function no(failure: GitHubFailure): GitHubAnswer<unknown> {
	return { ok: false, failure };
}
