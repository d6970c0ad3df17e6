import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };

/** The log of a job whose step `Run cargo clippy` failed. */
export const CLIPPY_LOG = [
	"2026-11-22T12:00:00.0000000Z ##[group]Run cargo clippy",
	"2026-11-22T12:00:01.0000000Z error: this loop never actually loops",
	"2026-11-22T12:00:01.0000000Z   = help: for further information visit https://rust-lang.github.io/rust-clippy/never_loop",
	"2026-11-22T12:00:02.0000000Z ##[error]Process completed with exit code 101.",
	"",
].join("\n");

type Payload = Record<string, Record<string, unknown>>;

/** A failed run of GitHub Actions as GitHub delivers it, made from recorded payloads. */
export interface FailingRun {
	readonly runId: number;
	readonly branch: string;
	readonly workflow?: string;
	/** Its number; a `workflow_job` never names one. */
	readonly pullRequest?: number;
}

/** `workflow_job`, completed with a failure. Another `job` is another job of the same run. */
export function workflowJob({ runId, branch, workflow = "Controller CI" }: FailingRun, job = 1): unknown {
	const payload = recorded("workflow_job", "completed");
	return {
		...payload,
		workflow_job: {
			...payload.workflow_job,
			id: runId * 10 + job,
			run_id: runId,
			name: `cargo clippy ${job}`,
			workflow_name: workflow,
			head_branch: branch,
			conclusion: "failure",
			steps: [{ name: "Run cargo clippy", status: "completed", conclusion: "failure", number: 4 }],
		},
	};
}

/** `workflow_run`, completed with a failure. */
export function workflowRun({ runId, branch, workflow = "Controller CI", pullRequest }: FailingRun): unknown {
	const payload = recorded("workflow_run", "completed");
	const repository = { id: 1 };
	const pull = {
		number: pullRequest,
		head: { ref: branch, repo: repository },
		base: { ref: "main", repo: repository },
	};
	return {
		...payload,
		workflow_run: {
			...payload.workflow_run,
			id: runId,
			name: workflow,
			head_branch: branch,
			// The recorded run's branch is in a third repository, and failures of forks are ignored.
			head_repository: payload.repository,
			conclusion: "failure",
			pull_requests: pullRequest === undefined ? [] : [pull],
			event: "push",
			actor: { login: "octocat", type: "User" },
			triggering_actor: { login: "octocat", type: "User" },
		},
	};
}

/** `check_run` of another App, failed: what it says identifies its cause, also where no log can be read. */
export function typeCheck({ branch, sha }: { readonly branch: string; readonly sha: string }): unknown {
	const { check_run, ...payload } = recorded("check_run", "completed");
	const suite = { ...(check_run?.check_suite as object), head_branch: branch, head_sha: sha, pull_requests: [] };
	const summary = "src/cart.ts(12,5): error TS2304: Cannot find name 'total'.";
	return {
		...payload,
		check_run: {
			...check_run,
			...{ name: "types", head_sha: sha, status: "completed", conclusion: "failure", pull_requests: [] },
			...{ app: { slug: "acme-types", name: "Types" }, check_suite: suite },
			...{ details_url: "https://types.example.com/1", output: { title: "Type check", summary, text: null } },
		},
	};
}

/** Recorded from another repository: rewritten as if 5dlabs/cto had sent it, and a person had caused it. */
function recorded(event: string, action: string): Payload {
	const found = examples
		.find(({ name }) => name === event)
		?.examples.find((example) => "action" in example && example.action === action) as Payload | undefined;
	if (found === undefined) throw new Error(`there is no recorded ${event} with action ${action}`);
	const own = String(found.repository?.full_name);
	const payload = JSON.parse(JSON.stringify(found).replaceAll(own, "5dlabs/cto")) as Payload;
	// Each recorded event is of another repository: here they are one.
	const repository = { ...payload.repository, id: 1 };
	return { ...payload, repository, sender: { login: "octocat", type: "User", id: 1 } };
}
