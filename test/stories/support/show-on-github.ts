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
	Review,
	Run,
	Status,
} from "../../support/github/samples.ts";
import type { FieldsOf, JobFields, RunFields } from "./delivery-fields.ts";
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
			if (fields?.sha !== undefined) this.described.add(`head of ${number}`);
		}
		for (const [name, sha] of Object.entries(content.branches)) {
			this.described.add(`branch ${name}`);
			if (sha === null) state.branches.delete(name);
			else state.putBranch(name, shaOf(sha));
		}
		for (const [name, sha] of Object.entries(content.tags)) {
			// A run's delivery gives the tag as its branch.
			this.described.add(`branch ${name}`);
			state.putTag(name, shaOf(sha));
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
		if (delivery.pull_request_review !== undefined) this.learnReview(delivery.pull_request_review);
		if (run !== undefined) this.learnRun(run, now);
		if (job !== undefined && !this.described.has(`run ${job.run}`)) {
			if (!this.state.runs.has(job.run) && job.branch !== null) this.putRun(runOfJob(job, job.branch), now);
			this.putJobs(job.run, job.attempt, [job]);
		}
		if (pull !== undefined) this.learnPull(pull.pull, pullFieldsOf(pull, now));
		if (push !== undefined) this.putHead(push);
		if (comment !== undefined && !this.state.comments.has(comment.comment)) {
			this.state.putComment(comment.pull, { id: comment.comment, body: comment.body, user: userOf(comment.by) });
		}
	}

	/** The pull request that an agent opened, with a commit of its own, or pushed to. */
	learnFix(number: number, branch: string, by: string): void {
		if (!this.state.pulls.has(number)) this.learnPull(number, { branch, sha: "f", by, files: [], with: {} });
	}

	private learnReview({ pull, branch, sha, fork, review, state, body, by, comments }: FieldsOf<"pull_request_review">) {
		if (!this.state.pulls.has(pull)) {
			this.learnPull(pull, { branch, sha, files: [], with: {}, ...(fork !== undefined && { fork }) });
		}
		const others = (this.state.reviews.get(pull) ?? []).filter(({ id }) => id !== review);
		const shown = { id: review, state: state.toUpperCase(), body: body ?? "", commit_id: shaOf(sha), user: userOf(by) };
		this.state.putReviews(pull, [...others, shown as Changes<Review>]);
		this.state.putReviewComments(review, comments);
	}

	private learnRun(run: RunFields, now: number): void {
		if (!this.described.has(`run ${run.run}`)) this.putRun(run, now);
		const { branch, sha, fork } = run;
		for (const number of run.pulls) {
			if (this.state.pulls.has(number)) continue;
			this.learnPull(number, { branch, sha, files: [], with: {}, ...(fork !== undefined && { fork }) });
		}
	}

	private learnPull(number: number, fields: PullFields): void {
		if (!this.described.has(`pull ${number}`)) this.putPull(number, fields);
	}

	private putRun(fields: RunFields, now: number): void {
		const { place, state } = this;
		const { head_commit: _, ...run } = runOf(fields, timeOf(now, fields.at), place);
		const isNewest = [...state.runs.values()].every(
			({ id, head_branch }) => head_branch !== fields.branch || id <= fields.run,
		);
		state.putRun(run as Changes<Run> & { readonly id: number });
		if (fields.jobs !== undefined) this.putJobs(fields.run, fields.attempt, fields.jobs);
		if (fields.fork === undefined && isNewest) this.putHead(fields);
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
		if (fork === undefined) this.putHeadOf(whole, branch, sha);
	}

	/** GitHub closes a pull request whose branch is deleted, so the branch of an open one is there. */
	private putHeadOf(pull: Tree, branch: string, sha: string): void {
		if (pull.state === "open" && !this.state.branches.has(branch))
			this.putHead({ branch, sha, message: "feat: x", by: "a-developer" });
	}

	/** Somebody pushed: the branch's head moves, and that of its pull request. */
	private putHead({ branch, sha: short, message, by }: Pick<RunFields, "branch" | "sha" | "message" | "by">): void {
		const sha = shaOf(short);
		const [author, committer] = [userOf(by), userOf(by)];
		if (!this.described.has(`branch ${branch}`)) this.state.putBranch(branch, sha);
		if (!this.described.has(`commit ${sha}`)) this.state.putCommit({ sha, author, committer, commit: { message } });
		for (const pull of this.state.pulls.values()) {
			const isOurs = pull.head.ref === branch && pull.head.repo?.full_name === this.place.repository;
			if (!isOurs || pull.state !== "open" || this.described.has(`head of ${pull.number}`)) continue;
			this.state.pulls.set(pull.number, { ...pull, head: { ...pull.head, sha } });
		}
	}
}

/** The run that a job's delivery is about. */
function runOfJob(job: FieldsOf<"workflow_job">, branch: string): RunFields {
	const { run, attempt, workflow, sha, by, conclusion, at } = job;
	const fields = { run, attempt, workflow, sha, by, branch, conclusion, ...(at !== undefined && { at }) };
	const usual = { path: ".github/workflows/ci.yml", workflow_id: 500, event: "push", message: "feat: x" };
	return { ...usual, ...fields, status: "completed", pulls: [] };
}

function pullFieldsOf(pull: FieldsOf<"pull_request">, now: number): PullFields {
	const { branch, sha, base, fork, by, action, merged, mergeable_state } = pull;
	const state = action === "closed" ? "closed" : "open";
	const at = timeOf(now, pull.at);
	const ended = { ...(state === "closed" && { closed_at: at }), ...(merged && { merged_at: at }) };
	const how = { state, merged, mergeable_state, ...ended };
	return { branch, sha, base, by, files: [], with: how, ...(fork !== undefined && { fork }) };
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
