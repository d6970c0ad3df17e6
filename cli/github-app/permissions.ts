import type { Artefact } from "../../pipeline/index.ts";

export type Access = "read" | "write";
/** Permissions of the repository by the names that a manifest has for them. */
export type Permissions = Readonly<Record<string, Access>>;

/**
 * What an App must be allowed to read for GitHub to send it an event
 * (https://docs.github.com/en/webhooks/webhook-events-and-payloads).
 */
const TO_BE_SENT: Readonly<Record<string, string>> = {
	workflow_job: "actions",
	workflow_run: "actions",
	check_run: "checks",
	check_suite: "checks",
	status: "statuses",
	issue_comment: "issues",
	issues: "issues",
	pull_request: "pull_requests",
	pull_request_review: "pull_requests",
	pull_request_review_comment: "pull_requests",
	merge_group: "merge_queues",
	push: "contents",
	dependabot_alert: "vulnerability_alerts",
	repository_vulnerability_alert: "vulnerability_alerts",
	code_scanning_alert: "security_events",
	secret_scanning_alert: "secret_scanning_alerts",
	deployment: "deployments",
	deployment_status: "deployments",
	workflow_dispatch: "contents",
	repository_dispatch: "contents",
	release: "contents",
	create: "contents",
	delete: "contents",
};

/** What each source of the context reads. */
const TO_GATHER: Readonly<Record<string, readonly string[]>> = {
	"github.run": ["actions", "contents"],
	"github.job_logs": ["actions", "checks", "statuses", "pull_requests"],
	"github.pull_request": ["pull_requests"],
	"github.changed_files": ["pull_requests", "contents"],
	"github.commit": ["contents"],
};

/** The permissions that these events need, and those among them that no permission of a repository opens. */
export function permissionsForEvents(events: readonly string[]): {
	readonly permissions: Permissions;
	readonly unknown: readonly string[];
} {
	const named = events.flatMap((event) => (Object.hasOwn(TO_BE_SENT, event) ? (TO_BE_SENT[event] ?? []) : []));
	const unknown = events.filter((event) => !Object.hasOwn(TO_BE_SENT, event));
	return { permissions: reading(named), unknown };
}

/** What Healer does itself: gather the context, and answer and tell people where the pipeline lets it. */
export function permissionsForHealer({
	context,
	outcome,
	events,
}: Pick<Artefact, "context" | "outcome" | "events">): Permissions {
	const gathered = reading(["metadata", ...context.flatMap(({ from }) => TO_GATHER[from] ?? [])]);
	// A comment on the pull request, or an issue where there is none; and the answers to commands.
	const isTold = outcome.escalate.includes("human") || events.some(({ on }) => on === "issue_comment");
	const tells = isTold ? ({ issues: "write", pull_requests: "write" } as const) : {};
	return joined([gathered, tells]);
}

/** All of them, each with the most that one of them asks for, by name. */
export function joined(all: readonly Permissions[]): Permissions {
	const most = new Map<string, Access>();
	for (const [name, access] of all.flatMap((permissions) => Object.entries(permissions))) {
		if (most.get(name) !== "write") most.set(name, access);
	}
	return Object.fromEntries([...most].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function reading(names: readonly string[]): Permissions {
	return Object.fromEntries(names.map((name) => [name, "read" as const]));
}
