import { readFileSync } from "node:fs";
import path from "node:path";
import type { Endpoints } from "@octokit/types";
import type { MockRoute } from "./routes.ts";

type Data<R extends keyof Endpoints> = Endpoints[R]["response"]["data"];
export type Run = Data<"GET /repos/{owner}/{repo}/actions/runs/{run_id}">;
export type Job = Data<"GET /repos/{owner}/{repo}/actions/jobs/{job_id}">;
export type Pull = Data<"GET /repos/{owner}/{repo}/pulls/{pull_number}">;
export type PullFile = Data<"GET /repos/{owner}/{repo}/pulls/{pull_number}/files">[number];
export type Commit = Data<"GET /repos/{owner}/{repo}/commits/{ref}">;
export type CheckRun = Data<"GET /repos/{owner}/{repo}/check-runs/{check_run_id}">;
export type Status = Data<"GET /repos/{owner}/{repo}/commits/{ref}/status">["statuses"][number];
export type Comparison = Data<"GET /repos/{owner}/{repo}/compare/{basehead}">;
export type Review = Data<"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews">[number];
export type ReviewComment = Data<"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments">[number];
export type DependabotAlert = Data<"GET /repos/{owner}/{repo}/dependabot/alerts/{alert_number}">;
export type CodeScanningAlert = Data<"GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}">;
export type Branch = Data<"GET /repos/{owner}/{repo}/branches/{branch}">;
export type GitRef = Data<"GET /repos/{owner}/{repo}/git/ref/{ref}">;
export type Issue = Data<"GET /repos/{owner}/{repo}/issues/{issue_number}">;
export type Comment = Data<"GET /repos/{owner}/{repo}/issues/{issue_number}/comments">[number];
export type Reaction = Data<"GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions">[number];
export type Label = Data<"GET /repos/{owner}/{repo}/issues/{issue_number}/labels">[number];
export type Permission = Data<"GET /repos/{owner}/{repo}/collaborators/{username}/permission">;
export type Installation = Data<"GET /repos/{owner}/{repo}/installation">;
export type App = NonNullable<Data<"GET /app">>;
export type Delivery = Data<"GET /app/hook/deliveries/{delivery_id}">;
export type RepositoryData = Data<"GET /repos/{owner}/{repo}">;

/** Some fields of an object, and of nested objects. Lists are given completely. */
export type Changes<T> = T extends readonly unknown[]
	? T
	: T extends object
		? { readonly [K in keyof T]?: Changes<T[K]> }
		: T;

/** Every object starts as GitHub's own example, plus required fields that the example lacks. */
export const samples = {
	run: madeOf<Run>("GET /repos/{owner}/{repo}/actions/runs/{run_id}"),
	job: madeOf<Job>("GET /repos/{owner}/{repo}/actions/jobs/{job_id}", { created_at: "2026-11-22T11:00:00Z" }),
	// GitHub's own example is open and yet merged, in 2011.
	pull: madeOf<Pull>("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
		requested_teams: [],
		merged: false,
		merged_at: null,
		closed_at: null,
	}),
	pullFile: madeOf<PullFile>("GET /repos/{owner}/{repo}/pulls/{pull_number}/files"),
	commit: madeOf<Commit>("GET /repos/{owner}/{repo}/commits/{ref}", { files: [] }),
	checkRun: madeOf<CheckRun>("GET /repos/{owner}/{repo}/check-runs/{check_run_id}"),
	status: madeOf<Status>("GET /repos/{owner}/{repo}/commits/{ref}/status"),
	comparison: madeOf<Comparison>("GET /repos/{owner}/{repo}/compare/{basehead}"),
	review: madeOf<Review>("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews"),
	reviewComment,
	// GitHub's own example does not follow its description here.
	dependabotAlert: madeOf<DependabotAlert>("GET /repos/{owner}/{repo}/dependabot/alerts/{alert_number}", {
		dismissed_reason: "tolerable_risk",
		security_advisory: { epss: { percentage: 0.00045, percentile: 0.16001 } },
	}),
	codeScanningAlert: madeOf<CodeScanningAlert>("GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}"),
	branch: madeOf<Branch>("GET /repos/{owner}/{repo}/branches/{branch}"),
	gitRef: madeOf<GitRef>("GET /repos/{owner}/{repo}/git/ref/{ref}"),
	issue: madeOf<Issue>("GET /repos/{owner}/{repo}/issues/{issue_number}"),
	comment: madeOf<Comment>("GET /repos/{owner}/{repo}/issues/{issue_number}/comments"),
	reaction: madeOf<Reaction>("GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions"),
	label: madeOf<Label>("GET /repos/{owner}/{repo}/issues/{issue_number}/labels"),
	permission: madeOf<Permission>("GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
		user: { role_name: "admin" },
	}),
	installation: madeOf<Installation>("GET /repos/{owner}/{repo}/installation"),
	app: madeOf<App>("GET /app"),
	delivery: madeOf<Delivery>("GET /app/hook/deliveries/{delivery_id}", { throttled_at: null }),
	repository: madeOf<RepositoryData>("GET /repos/{owner}/{repo}", { language: null }),
};

interface Media {
	readonly examples: Readonly<Record<string, unknown>>;
}
interface Described {
	readonly paths: Readonly<
		Record<string, Readonly<Record<string, { responses: Record<string, { content?: Record<string, Media> }> }>>>
	>;
	readonly components: { readonly examples: Readonly<Record<string, unknown>> };
}
const described: Described = JSON.parse(readFileSync(path.join(import.meta.dirname, "api.github.com.json"), "utf8"));

/** Returns a new copy on each call. It is validated when it is sent. */
function madeOf<T>(route: MockRoute, lacks?: Changes<T>): (changes: Changes<T>) => T {
	return (changes) => {
		const sample = example(route) as T;
		return merge<T>(lacks === undefined ? sample : merge<T>(sample, lacks), changes);
	};
}

/** GitHub's own example is a reply; a review's comment is none unless a test says so. */
function reviewComment(changes: Changes<ReviewComment>): ReviewComment {
	const made = madeOf<ReviewComment>("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments")(
		changes,
	);
	const { in_reply_to_id: _, ...comment } = made;
	return changes.in_reply_to_id === undefined ? comment : made;
}

/** GitHub's example of a successful answer; for a list, its first item. */
function example(route: MockRoute): unknown {
	const [method = "", template = ""] = route.split(" ");
	const responses = described.paths[template]?.[method.toLowerCase()]?.responses ?? {};
	const [content] = Object.values((responses["200"] ?? responses["201"])?.content ?? {});
	const [found] = Object.values(content?.examples ?? {});
	const value = follow(found);
	if (value === undefined) throw new Error(`GitHub's description has no example of ${route}`);
	return withoutSource(structuredClone(firstOf(value)));
}

/** An example, or its value, may be a reference. */
function follow(found: unknown): unknown {
	if (!isPlain(found)) return found;
	if (typeof found.$ref === "string") return follow(described.components.examples[found.$ref.split("/").at(-1) ?? ""]);
	return "value" in found && Object.keys(found).length <= 2 ? follow(found.value) : found;
}

function firstOf(value: unknown): unknown {
	if (Array.isArray(value)) return value[0];
	return isPlain(value) && Array.isArray(value.statuses) ? value.statuses[0] : value;
}

/** A fork's origin lacks required fields in the example. */
function withoutSource(value: unknown): unknown {
	if (!isPlain(value)) return value;
	const { source: _, ...rest } = value;
	return rest;
}

function merge<T>(sample: T, changes: NoInfer<Changes<T>>): T {
	if (!isPlain(sample) || !isPlain(changes)) return changes as T;
	const merged: Record<string, unknown> = { ...sample };
	for (const [key, value] of Object.entries(changes)) merged[key] = merge(merged[key], value as Changes<unknown>);
	return merged as T;
}

function isPlain(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
