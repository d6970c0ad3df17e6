import { createHash } from "node:crypto";
import type { Fields } from "./github/repository.ts";
import type { DemoFailure } from "./scenario-file.ts";

/** A delivery as GitHub sends it. */
export interface DemoDelivery {
	readonly event: string;
	readonly payload: Fields;
}

/** When and where something happens. */
export interface Happening {
	readonly repository: string;
	/** ms since 1970. */
	readonly at: number;
	readonly by: string;
}

/** A run of a workflow, by what tells it from others. */
export interface RunFacts {
	readonly id: number;
	readonly attempt: number;
	readonly workflow: string;
	readonly branch: string;
	readonly sha: string;
	readonly conclusion: string;
	readonly message: string;
	readonly pull?: number | undefined;
}

/** A commit of this name: always the same. */
export function shaOf(name: string): string {
	return createHash("sha1").update(name).digest("hex");
}

/** A number that looks like one of GitHub's, always the same for a name. */
export function numberOf(name: string): number {
	return 40_000_000_000 + createHash("sha1").update(name).digest().readUInt32BE(0);
}

export function account(login: string): Fields {
	return { login, id: numberOf(login) % 10_000_000, type: login.endsWith("[bot]") ? "Bot" : "User" };
}

export function timeOf(ms: number): string {
	return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

function workflowFile(workflow: string): string {
	return `.github/workflows/${workflow.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.yml`;
}

function repositoryOf(name: string): Fields {
	const [login = "", short = ""] = name.split("/");
	return {
		id: numberOf(name) % 1_000_000_000,
		name: short,
		full_name: name,
		private: true,
		owner: { login, type: "Organization" },
		html_url: `https://github.com/${name}`,
		default_branch: "main",
	};
}

function around({ repository, by }: Happening): Fields {
	return { repository: repositoryOf(repository), sender: account(by), installation: { id: 4711 } };
}

/** A run as its deliveries and GitHub's API show it. */
export function runOf(run: RunFacts, { repository, at, by }: Happening): Fields {
	const [, name = ""] = repository.split("/");
	const pulls =
		run.pull === undefined ? [] : [{ number: run.pull, head: { ref: run.branch, sha: run.sha, repo: { name } } }];
	return {
		...{ id: run.id, name: run.workflow, path: workflowFile(run.workflow), workflow_id: numberOf(run.workflow) },
		...{ run_number: Math.floor(at / 1000) % 1_000_000, run_attempt: run.attempt, event: "push" },
		...{ status: "completed", conclusion: run.conclusion, head_branch: run.branch, head_sha: run.sha },
		html_url: `https://github.com/${repository}/actions/runs/${run.id}`,
		head_repository: repositoryOf(repository),
		head_commit: { id: run.sha, message: run.message, author: { name: by } },
		actor: account(by),
		triggering_actor: account(by),
		pull_requests: pulls,
		created_at: timeOf(at - 240_000),
		run_started_at: timeOf(at - 240_000),
		updated_at: timeOf(at),
	};
}

export function workflowRun(run: RunFacts, happening: Happening): DemoDelivery {
	const workflow = { id: numberOf(run.workflow), name: run.workflow, path: workflowFile(run.workflow) };
	return {
		event: "workflow_run",
		payload: { action: "completed", workflow, workflow_run: runOf(run, happening), ...around(happening) },
	};
}

/** A job as GitHub's API and its deliveries show it. */
export function jobOf(
	run: RunFacts,
	job: { readonly job: string; readonly step: string },
	happening: Happening,
): Fields {
	const id = numberOf(`${run.id} ${run.attempt} ${job.job}`);
	const done = { status: "completed", conclusion: "success" };
	return {
		...{ id, run_id: run.id, run_attempt: run.attempt, name: job.job, workflow_name: run.workflow },
		...{ status: "completed", conclusion: run.conclusion, head_branch: run.branch, head_sha: run.sha },
		html_url: `https://github.com/${happening.repository}/actions/runs/${run.id}/job/${id}`,
		started_at: timeOf(happening.at - 180_000),
		completed_at: timeOf(happening.at),
		steps: [
			{ ...done, name: "Set up job", number: 1 },
			{ ...done, name: "Run actions/checkout@v4", number: 2 },
			{ ...done, conclusion: run.conclusion, name: job.step, number: 3 },
		],
	};
}

export function workflowJob(
	run: RunFacts,
	job: { readonly job: string; readonly step: string },
	happening: Happening,
): DemoDelivery {
	return {
		event: "workflow_job",
		payload: { action: "completed", workflow_job: jobOf(run, job, happening), ...around(happening) },
	};
}

export interface PullFacts {
	readonly number: number;
	readonly title: string;
	readonly branch: string;
	readonly sha: string;
	readonly author: string;
	readonly state: "open" | "merged" | "closed";
}

/** A pull request as its deliveries and GitHub's API show it. */
export function pullOf(pull: PullFacts, { repository, at }: Pick<Happening, "repository" | "at">): Fields {
	const [owner = ""] = repository.split("/");
	const repo = repositoryOf(repository);
	return {
		...{ number: pull.number, title: pull.title, draft: false, mergeable_state: "clean", labels: [] },
		html_url: `https://github.com/${repository}/pull/${pull.number}`,
		user: account(pull.author),
		state: pull.state === "open" ? "open" : "closed",
		merged: pull.state === "merged",
		merged_at: pull.state === "merged" ? timeOf(at) : null,
		closed_at: pull.state === "open" ? null : timeOf(at),
		updated_at: timeOf(at),
		head: { ref: pull.branch, sha: pull.sha, label: `${owner}:${pull.branch}`, user: { login: owner }, repo },
		base: { ref: "main", sha: shaOf(`${repository} main`), repo },
	};
}

export function pullRequest(action: string, pull: PullFacts, happening: Happening): DemoDelivery {
	const payload = { action, number: pull.number, pull_request: pullOf(pull, happening), ...around(happening) };
	return { event: "pull_request", payload };
}

export function issueComment(pull: number, body: string, happening: Happening): DemoDelivery {
	const { repository, at, by } = happening;
	const id = numberOf(`${repository} ${pull} ${body}`);
	const html_url = `https://github.com/${repository}/pull/${pull}#issuecomment-${id}`;
	const comment = { id, body, html_url, user: account(by), created_at: timeOf(at), updated_at: timeOf(at) };
	const issue = {
		number: pull,
		title: "A pull request",
		state: "open",
		pull_request: { url: html_url },
		user: account(by),
	};
	return { event: "issue_comment", payload: { action: "created", issue, comment, ...around(happening) } };
}

export function checkRun(
	check: NonNullable<DemoFailure["check"]>,
	failure: DemoFailure,
	sha: string,
	happening: Happening,
): DemoDelivery {
	const { repository, at } = happening;
	const id = numberOf(`${repository} ${check.name} ${sha}`);
	const app = { slug: check.app, name: check.app };
	const check_suite = { id: id + 1, head_branch: failure.branch, head_sha: sha, app };
	const check_run = {
		...{ id, name: check.name, head_sha: sha, status: "completed", conclusion: "failure", app, check_suite },
		html_url: `https://github.com/${repository}/runs/${id}`,
		details_url: `https://${check.app}.example.com/${id}`,
		output: { title: check.title, summary: check.summary, text: null },
		pull_requests: [],
		started_at: timeOf(at - 60_000),
		completed_at: timeOf(at),
	};
	return { event: "check_run", payload: { action: "completed", check_run, ...around(happening) } };
}

export function review(given: NonNullable<DemoFailure["review"]>, pull: PullFacts, happening: Happening): DemoDelivery {
	const { repository, at } = happening;
	const id = numberOf(`${repository} ${pull.number} ${given.body}`);
	const made = {
		...{ id, state: "changes_requested", body: given.body, commit_id: pull.sha, user: account(given.by) },
		html_url: `https://github.com/${repository}/pull/${pull.number}#pullrequestreview-${id}`,
		submitted_at: timeOf(at),
	};
	const payload = { action: "submitted", review: made, pull_request: pullOf(pull, happening), ...around(happening) };
	return { event: "pull_request_review", payload };
}

export function alert(failure: DemoFailure, action: string, happening: Happening): DemoDelivery {
	const { repository, at } = happening;
	const times = { created_at: timeOf(at), updated_at: timeOf(at), state: action === "created" ? "open" : action };
	if (failure.dependabot !== undefined) {
		const { number, package: name, severity, summary } = failure.dependabot;
		const made = {
			...{ number, ...times, html_url: `https://github.com/${repository}/security/dependabot/${number}` },
			dependency: { package: { ecosystem: "npm", name }, manifest_path: "package-lock.json", scope: "runtime" },
			security_advisory: { ghsa_id: "GHSA-35jh-r3h4-6jhm", severity, summary, cve_id: "CVE-2021-23337" },
			security_vulnerability: { package: { ecosystem: "npm", name }, severity, vulnerable_version_range: "< 4.17.21" },
		};
		return { event: "dependabot_alert", payload: { action, alert: made, ...around(happening) } };
	}
	const { number = 0, type = "" } = failure.secret ?? {};
	const made = {
		...{ number, ...times, html_url: `https://github.com/${repository}/security/secret-scanning/${number}` },
		...{ secret_type: type.toLowerCase().replaceAll(" ", "_"), secret_type_display_name: type },
	};
	return { event: "secret_scanning_alert", payload: { action, alert: made, ...around(happening) } };
}

/** Any other event, by its own fields. */
export function other(event: string, payload: Fields, happening: Happening): DemoDelivery {
	return { event, payload: { ...around(happening), ...payload } };
}
