import type { LogServer } from "../../support/github/log-server.ts";
import type { RepositoryState } from "../../support/github/repository-state.ts";
import type {
	Changes,
	CheckRun,
	Comment,
	Commit,
	Comparison,
	Job,
	Pull,
	Run,
	Status,
} from "../../support/github/samples.ts";
import type { JobFields, RunFields } from "./delivery-fields.ts";
import { laidOver, type Tree } from "./laid-over.ts";
import { account, jobId, type Place, pullOf, runOf, shaOf, stepsOf, timeOf } from "./payloads.ts";
import type { GitHubContent, PullFields, StoryDelivery } from "./story-file.ts";

/** What GitHub's API shows of one story's repository. */
export class GitHubOfStory {
	private readonly state: RepositoryState;
	private readonly logs: LogServer;
	private readonly place: Place;
	/** What the story itself describes: a delivery does not change it. */
	private readonly described = new Set<string>();

	constructor(state: RepositoryState, logs: LogServer, place: Place) {
		this.state = state;
		this.logs = logs;
		this.place = place;
	}

	/** What a step `github` says. */
	show(content: GitHubContent, now: number): void {
		const { state } = this;
		for (const [id, fields] of Object.entries(content.runs)) {
			this.described.add(`run ${id}`);
			this.putRun({ ...fields, run: Number(id) }, now);
		}
		for (const [id, jobs] of Object.entries(content.jobs)) this.putJobs(Number(id), 1, jobs);
		for (const [number, fields] of Object.entries(content.pulls)) {
			this.described.add(`pull ${number}`);
			if (fields === null) state.pulls.delete(Number(number));
			else this.putPull(Number(number), fields);
		}
		for (const [name, sha] of Object.entries(content.branches)) {
			this.described.add(`branch ${name}`);
			if (sha === null) state.branches.delete(name);
			else state.putBranch(name, shaOf(sha));
		}
		for (const [sha, fields] of Object.entries(content.commits)) {
			this.described.add(`commit ${shaOf(sha)}`);
			state.putCommit({ ...(fields as Changes<Commit>), sha: shaOf(sha) });
		}
		for (const run of content.check_runs)
			state.putCheckRun(withSha(run) as Changes<CheckRun> & { readonly id: number });
		for (const [sha, all] of Object.entries(content.statuses)) {
			state.putStatuses(shaOf(sha), all as readonly Changes<Status>[]);
		}
		for (const [heads, fields] of Object.entries(content.comparisons)) {
			state.putComparison(heads, fields as Changes<Comparison>);
		}
		for (const [issue, all] of Object.entries(content.comments)) {
			for (const one of all) state.putComment(Number(issue), one as Changes<Comment> & { readonly id: number });
		}
		for (const [login, permission] of Object.entries(content.permissions)) state.putPermission(login, permission);
		for (const [path, text] of Object.entries(content.contents)) state.putContents(path, text);
		for (const [request, answer] of Object.entries(content.answers)) {
			if (answer === null) state.answers.delete(request);
			else state.answers.set(request, answer);
		}
	}

	/** GitHub's API knows what its deliveries are about, unless the story says something else. */
	learnFrom(delivery: StoryDelivery, now: number): void {
		const { workflow_run: run, workflow_job: job, pull_request: pull, push, issue_comment: comment } = delivery;
		if (run !== undefined && !this.described.has(`run ${run.run}`)) this.putRun(run, now);
		for (const number of run?.pulls ?? []) {
			if (this.state.pulls.has(number) || this.described.has(`pull ${number}`)) continue;
			const { branch = "", sha = "a", fork } = run ?? {};
			this.putPull(number, { branch, sha, files: [], with: {}, ...(fork !== undefined && { fork }) });
		}
		if (job !== undefined && !this.described.has(`run ${job.run}`)) {
			const known = this.state.runs.get(job.run);
			if (known === undefined && job.branch !== null) {
				const { run: id, attempt, workflow, sha, by, action: _ } = job;
				const fields = { run: id, attempt, workflow, sha, by, branch: job.branch, message: "feat: x", pulls: [] };
				const rest = { path: ".github/workflows/ci.yml", workflow_id: 500, event: "push" };
				this.putRun({ ...fields, ...rest, status: "completed", conclusion: job.conclusion }, now);
			}
			this.putJobs(job.run, job.attempt, [job]);
		}
		if (pull !== undefined && !this.described.has(`pull ${pull.pull}`)) {
			const { branch, sha, base, fork, by, action, merged, mergeable_state } = pull;
			const state = action === "closed" ? "closed" : "open";
			const at = merged ? { merged_at: timeOf(now, pull.at) } : {};
			const fields = { branch, sha, base, by, files: [], with: { state, merged, mergeable_state, ...at } };
			this.putPull(pull.pull, { ...fields, ...(fork !== undefined && { fork }) });
		}
		if (push !== undefined) this.putHead(push.branch, push.sha, push.message);
		if (comment !== undefined && !this.state.comments.has(comment.comment)) {
			this.state.putComment(comment.pull, { id: comment.comment, body: comment.body, user: userOf(comment.by) });
		}
	}

	private putRun(fields: RunFields, now: number): void {
		const { place, state } = this;
		const { head_commit: _, pull_requests, ...run } = runOf(fields, timeOf(now, fields.at), place);
		const isNewest = [...state.runs.values()].every(
			({ id, head_branch }) => head_branch !== fields.branch || id <= fields.run,
		);
		state.putRun({ ...run, pull_requests } as Changes<Run> & { readonly id: number });
		if (fields.jobs !== undefined) this.putJobs(fields.run, fields.attempt, fields.jobs);
		if (fields.fork === undefined && isNewest) this.putHead(fields.branch, fields.sha, fields.message);
	}

	private putJobs(run: number, attempt: number, jobs: readonly JobFields[]): void {
		for (const { job: name, conclusion, failed = ["Run tests"], log } of jobs) {
			const id = jobId(run, attempt, name);
			const logUrl = log === undefined ? undefined : this.logs.put({ kind: "text", text: asLog(failed[0] ?? "", log) });
			const html_url = `https://github.com/${this.place.repository}/actions/runs/${run}/job/${id}`;
			const job = { id, run_id: run, run_attempt: attempt, name, status: "completed", conclusion, html_url };
			this.state.putJob({ ...job, steps: stepsOf(failed, conclusion) } as Changes<Job> & typeof job, logUrl);
		}
	}

	private putPull(number: number, fields: PullFields): void {
		const { branch = `pull-${number}`, sha = "a", base = "main", fork, by = "a-developer", files } = fields;
		const shape = pullOf({ pull: number, branch, sha, base, fork }, this.place);
		const pull = { title: "feat: x", state: "open", draft: false, merged: false, mergeable_state: "clean", ...shape };
		const whole = laidOver({ ...pull, user: userOf(by) }, fields.with) as Tree;
		this.state.putPull(
			whole as Changes<Pull> & { readonly number: number },
			files.map((filename) => ({ filename })),
		);
	}

	private putHead(branch: string, sha: string, message: string): void {
		if (!this.described.has(`branch ${branch}`)) this.state.putBranch(branch, shaOf(sha));
		if (!this.described.has(`commit ${shaOf(sha)}`)) this.state.putCommit({ sha: shaOf(sha), commit: { message } });
	}
}

function userOf(login: string): { readonly login: string; readonly type: string } {
	return account(login) as { login: string; type: string };
}

function withSha(fields: Tree): Tree {
	return typeof fields.head_sha === "string" ? { ...fields, head_sha: shaOf(fields.head_sha) } : fields;
}

/** As GitHub stores it: each line with its time, in its step's group. */
function asLog(step: string, text: string): string {
	const lines = [`##[group]${step}`, "##[endgroup]", ...text.trimEnd().split("\n")];
	const all = [...lines, "##[error]Process completed with exit code 1."];
	return all.map((line, at) => `2026-11-22T12:00:00.${String(at).padStart(7, "0")}Z ${line}\n`).join("");
}
