import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import {
	type CheckFields,
	DEVELOPER,
	EVENT_NAMES,
	type EventName,
	type FieldsOf,
	type RunFields,
} from "./delivery-fields.ts";
import { lacking, laidOver, type Tree } from "./laid-over.ts";
import type { StoryDelivery } from "./story-file.ts";

/** Where a story's delivery happens. */
export interface Place {
	/** `5dlabs/story-...`. */
	readonly repository: string;
	readonly repositoryId: number;
}

export interface Payload {
	/** GitHub's event, or an internal one. */
	readonly event: string;
	/** Sent by something of ours, not by GitHub. */
	readonly isInternal: boolean;
	readonly payload: Tree;
}

/** Internal events have no webhook of GitHub. */
const INTERNAL: readonly string[] = ["play_stage_failure"];

/** The payload of one delivery at this time, ms: one that GitHub has sent, with the story's fields over it. */
export function payloadOf(delivery: StoryDelivery, now: number, place: Place): Payload {
	const { payload: over = {}, without = [], event, ...rest } = delivery;
	const named = EVENT_NAMES.filter((name) => rest[name] !== undefined);
	const [name, ...others] = event === undefined ? named : [event, ...named];
	if (name === undefined || others.length > 0) throw new Error(`a delivery has one event: ${JSON.stringify(delivery)}`);
	const isOther = event !== undefined;
	const action = typeof over.action === "string" ? over.action : undefined;
	const made = isOther
		? from(name, action, DEVELOPER, place, {})
		: build(name as EventName, rest[name as EventName], now, place);
	const payload = without.reduce<unknown>((left, at) => lacking(left, at.split(".")), laidOver(made, over));
	return { event: name, isInternal: INTERNAL.includes(name), payload: payload as Tree };
}

function build(name: EventName, fields: unknown, now: number, place: Place): Tree {
	const { at } = fields as { readonly at?: number };
	const make = BUILDERS[name] as (fields: unknown, when: string, place: Place) => Tree;
	return make(fields, timeOf(now, at), place);
}

/** So many minutes after `now`, in GitHub's whole seconds; never earlier, so that what comes later is later. */
export function timeOf(now: number, minutes = 0): string {
	const at = Math.ceil((now + minutes * 60_000) / 1000) * 1000;
	return new Date(at).toISOString().replace(".000Z", "Z");
}

const BUILDERS: { readonly [E in EventName]: (fields: FieldsOf<E>, when: string, place: Place) => Tree } = {
	workflow_run: (fields, when, place) =>
		from("workflow_run", fields.action ?? "completed", fields.by, place, {
			workflow: { id: fields.workflow_id, name: fields.workflow, path: fields.path },
			workflow_run: runOf(fields, when, place),
		}),

	workflow_job: (fields, when, place) =>
		from("workflow_job", fields.action ?? "completed", fields.by, place, {
			workflow_job: {
				id: jobId(fields.run, fields.attempt, fields.job),
				run_id: fields.run,
				run_attempt: fields.attempt,
				name: fields.job,
				workflow_name: fields.workflow,
				status: "completed",
				conclusion: fields.conclusion,
				head_branch: fields.branch,
				head_sha: shaOf(fields.sha),
				html_url: `https://github.com/${place.repository}/actions/runs/${fields.run}/job/${jobId(fields.run, fields.attempt, fields.job)}`,
				run_url: `https://api.github.com/repos/${place.repository}/actions/runs/${fields.run}`,
				started_at: when,
				completed_at: when,
				steps: stepsOf(fields.failed ?? ["Run tests"], fields.conclusion),
			},
		}),

	check_run: (fields, when, place) =>
		from(
			"check_run",
			fields.action ?? (fields.button === undefined ? "completed" : "requested_action"),
			fields.by,
			place,
			{
				...(fields.button !== undefined && { requested_action: { identifier: fields.button } }),
				check_run: {
					id: fields.id,
					name: fields.name,
					head_sha: shaOf(fields.sha),
					status: "completed",
					conclusion: fields.conclusion,
					started_at: when,
					completed_at: when,
					html_url: `https://github.com/${place.repository}/runs/${fields.id}`,
					details_url:
						fields.run === undefined
							? `https://${fields.app}.example/checks/${fields.id}`
							: `https://github.com/${place.repository}/actions/runs/${fields.run}/job/${fields.id}`,
					output: { title: fields.title ?? null, summary: fields.summary ?? null, text: fields.text ?? null },
					app: { slug: fields.app, name: fields.app },
					check_suite: suiteOf(fields, when, place),
					pull_requests: pullRefs(fields.pulls, fields.branch ?? "", fields.sha, place),
				},
			},
		),

	check_suite: (fields, when, place) =>
		from("check_suite", fields.action ?? "completed", fields.by, place, { check_suite: suiteOf(fields, when, place) }),

	status: (fields, when, place) =>
		from("status", undefined, fields.by, place, {
			sha: shaOf(fields.sha),
			name: place.repository,
			context: fields.context,
			state: fields.state,
			description: fields.description ?? null,
			created_at: when,
			updated_at: when,
			commit: { sha: shaOf(fields.sha), author: { login: "a-developer", type: "User" } },
			branches: [{ name: fields.branch, commit: { sha: shaOf(fields.sha) }, protected: false }],
		}),

	pull_request: (fields, when, place) =>
		from("pull_request", fields.action ?? "opened", fields.by, place, {
			number: fields.pull,
			pull_request: {
				...pullOf(fields, place),
				state: fields.action === "closed" ? "closed" : "open",
				merged: fields.merged,
				mergeable_state: fields.mergeable_state,
				updated_at: when,
			},
		}),

	pull_request_review: (fields, when, place) =>
		from("pull_request_review", fields.action ?? "submitted", fields.by, place, {
			pull_request: pullOf(fields, place),
			review: {
				id: fields.review,
				state: fields.state,
				body: fields.body,
				commit_id: shaOf(fields.sha),
				submitted_at: when,
				user: account(fields.by),
				html_url: `https://github.com/${place.repository}/pull/${fields.pull}#pullrequestreview-${fields.review}`,
			},
		}),

	issue_comment: (fields, when, place) =>
		from("issue_comment", fields.action ?? "created", fields.by, place, {
			issue: {
				number: fields.pull,
				state: "open",
				locked: false,
				html_url: `https://github.com/${place.repository}/pull/${fields.pull}`,
				pull_request: { url: `https://api.github.com/repos/${place.repository}/pulls/${fields.pull}`, merged_at: null },
			},
			comment: {
				id: fields.comment,
				body: fields.body,
				user: account(fields.by),
				created_at: when,
				html_url: `https://github.com/${place.repository}/pull/${fields.pull}#issuecomment-${fields.comment}`,
			},
		}),

	push: (fields, when, place) =>
		from("push", undefined, fields.by, place, {
			ref: `refs/heads/${fields.branch}`,
			after: shaOf(fields.sha),
			deleted: false,
			compare: `https://github.com/${place.repository}/compare/${shaOf("0")}...${shaOf(fields.sha)}`,
			head_commit: {
				id: shaOf(fields.sha),
				message: fields.message,
				timestamp: when,
				author: { username: fields.by, name: fields.by, email: `${fields.by}@example.com` },
			},
		}),

	dependabot_alert: (fields, when, place) =>
		from("dependabot_alert", fields.action ?? "created", fields.by, place, {
			alert: {
				number: fields.number,
				state: alertState(fields.action),
				dependency: { package: { name: fields.package } },
				security_advisory: { severity: fields.severity },
				html_url: `https://github.com/${place.repository}/security/dependabot/${fields.number}`,
				created_at: when,
				updated_at: when,
			},
		}),

	secret_scanning_alert: (fields, when, place) =>
		from("secret_scanning_alert", fields.action ?? "created", fields.by, place, {
			alert: {
				number: fields.number,
				state: alertState(fields.action),
				html_url: `https://github.com/${place.repository}/security/secret-scanning/${fields.number}`,
				created_at: when,
				updated_at: when,
			},
		}),

	code_scanning_alert: (fields, when, place) =>
		from("code_scanning_alert", fields.action ?? "created", fields.by, place, {
			ref: `refs/heads/${fields.branch}`,
			commit_oid: shaOf(fields.sha),
			alert: {
				number: fields.number,
				state: alertState(fields.action),
				html_url: `https://github.com/${place.repository}/security/code-scanning/${fields.number}`,
				created_at: when,
			},
		}),

	merge_group: (fields, _when, place) =>
		from("merge_group", fields.action ?? "checks_requested", fields.by, place, {
			merge_group: {
				head_ref: `refs/heads/${fields.branch}`,
				head_sha: shaOf(fields.sha),
				base_ref: "refs/heads/main",
			},
		}),

	play_stage_failure: ({ play, stage, branch, error, attempt }, _when, place) => ({
		repository: { full_name: place.repository, id: place.repositoryId, default_branch: "main" },
		play,
		stage,
		branch,
		error,
		...(attempt !== undefined && { attempt }),
	}),
};

const OVER: Readonly<Record<string, string>> = {
	fixed: "fixed",
	dismissed: "dismissed",
	auto_dismissed: "auto_dismissed",
	closed_by_user: "dismissed",
	resolved: "resolved",
};

function alertState(action = "created"): string {
	return OVER[action] ?? "open";
}

/** A run as its deliveries and GitHub's API show it. */
export function runOf(fields: RunFields, when: string, place: Place): Tree {
	const who = account(fields.by);
	return {
		id: fields.run,
		name: fields.workflow,
		path: fields.path,
		workflow_id: fields.workflow_id,
		run_number: fields.run,
		run_attempt: fields.attempt,
		event: fields.event,
		status: fields.status,
		conclusion: fields.conclusion,
		head_branch: fields.branch,
		head_sha: shaOf(fields.sha),
		html_url: `https://github.com/${place.repository}/actions/runs/${fields.run}`,
		head_repository: headRepository(fields.fork, place),
		head_commit: { id: shaOf(fields.sha), message: fields.message },
		actor: who,
		triggering_actor: who,
		pull_requests: pullRefs(fields.pulls, fields.branch, fields.sha, place),
		created_at: when,
		run_started_at: when,
		updated_at: when,
	};
}

interface PullHead {
	readonly pull: number;
	readonly branch: string;
	readonly sha: string;
	readonly base: string;
	readonly fork?: string | null | undefined;
}

/** A pull request as its deliveries and GitHub's API show it. */
export function pullOf({ pull, branch, sha, base, fork }: PullHead, place: Place): Tree {
	const repo = headRepository(fork, place);
	const owner = (fork ?? place.repository).split("/")[0] ?? "";
	return {
		number: pull,
		html_url: `https://github.com/${place.repository}/pull/${pull}`,
		head: { ref: branch, sha: shaOf(sha), label: `${owner}:${branch}`, user: { login: owner }, repo },
		base: { ref: base, repo: headRepository(undefined, place) },
	};
}

function suiteOf(fields: Omit<CheckFields, "name">, when: string, place: Place): Tree {
	return {
		id: fields.id * 10,
		head_branch: fields.branch,
		head_sha: shaOf(fields.sha),
		status: "completed",
		conclusion: fields.conclusion,
		app: { slug: fields.app, name: fields.app },
		created_at: when,
		updated_at: when,
		pull_requests: pullRefs(fields.pulls, fields.branch ?? "", fields.sha, place),
	};
}

function pullRefs(pulls: readonly number[], branch: string, sha: string, place: Place): Tree[] {
	const [, name = ""] = place.repository.split("/");
	const repo = { id: place.repositoryId, url: `https://api.github.com/repos/${place.repository}`, name };
	return pulls.map((number) => ({
		id: number * 1000,
		number,
		url: `https://api.github.com/repos/${place.repository}/pulls/${number}`,
		head: { ref: branch, sha: shaOf(sha), repo },
		base: { ref: "main", sha: shaOf("0"), repo },
	}));
}

function headRepository(fork: string | null | undefined, place: Place): Tree | null {
	if (fork === null) return null;
	if (fork === undefined) return { id: place.repositoryId, full_name: place.repository };
	return { id: place.repositoryId + 1, full_name: fork, fork: true };
}

/** One letter or more, repeated to a commit's 40. */
export function shaOf(short: string): string {
	return short.repeat(40).slice(0, 40);
}

/** The same for the delivery of a job and for GitHub's API. */
export function jobId(run: number, attempt: number, name: string): number {
	const hash = createHash("sha256").update(name).digest().readUInt16BE(0);
	return (run * 10 + attempt) * 100_000 + hash;
}

export function stepsOf(failed: readonly string[], conclusion: string): Tree[] {
	const set = { name: "Set up job", status: "completed", conclusion: "success", number: 1 };
	return [set, ...failed.map((name, at) => ({ name, status: "completed", conclusion, number: at + 2 }))];
}

export function account(login: string): Tree {
	return { login, type: login.endsWith("[bot]") ? "Bot" : "User" };
}

/** A payload that GitHub has sent, as if it were this repository's. */
function from(event: string, action: string | undefined, by: string, place: Place, over: Tree): Tree {
	const [owner = "", name = ""] = place.repository.split("/");
	const repository = { id: place.repositoryId, name, full_name: place.repository, default_branch: "main" };
	return laidOver(recorded(event, action, place.repository), {
		...(action !== undefined && { action }),
		...over,
		repository: { ...repository, owner: { login: owner } },
		sender: account(by),
	}) as Tree;
}

function recorded(event: string, action: string | undefined, repository: string): Tree {
	const all = examples.find(({ name }) => name === event)?.examples as readonly Tree[] | undefined;
	const found = all?.find((one) => one.action === action) ?? all?.[0] ?? stored(event);
	if (found === undefined) return {};
	const own = String((found.repository as Tree | undefined)?.full_name);
	return JSON.parse(JSON.stringify(found).replaceAll(own, repository)) as Tree;
}

/** GitHub's examples lack secret scanning. Internal events have none. */
function stored(event: string): Tree | undefined {
	const file = new URL(`../../cases/payloads/github/${event}.created.json`, import.meta.url);
	return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Tree) : undefined;
}
