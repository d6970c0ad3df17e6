import type { Artefact } from "../../pipeline/index.ts";

export type Access = "read" | "write";
/** Repository permissions, by their names in a manifest. */
export type Permissions = Readonly<Record<string, Access>>;

/**
 * The read permission that an App needs to receive each event
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

/** The permissions that each context source reads with. */
const TO_GATHER: Readonly<Record<string, readonly string[]>> = {
	"github.run": ["actions", "contents"],
	"github.job_logs": ["actions", "checks", "statuses", "pull_requests"],
	"github.pull_request": ["pull_requests"],
	"github.review": ["pull_requests"],
	"github.changed_files": ["pull_requests", "contents"],
	"github.commit": ["contents"],
};

/** The permissions for these events, and the events for which no repository permission is known. */
export function permissionsForEvents(events: readonly string[]): {
	readonly permissions: Permissions;
	readonly unknown: readonly string[];
} {
	const named = events.flatMap((event) => (Object.hasOwn(TO_BE_SENT, event) ? (TO_BE_SENT[event] ?? []) : []));
	const unknown = events.filter((event) => !Object.hasOwn(TO_BE_SENT, event));
	return { permissions: reading(named), unknown };
}

/**
 * The permissions that Healer itself needs: to gather context, and to comment or open issues where the pipeline allows
 * it.
 */
export function permissionsForHealer({
	context,
	outcome,
	events,
}: Pick<Artefact, "context" | "outcome" | "events">): Permissions {
	const gathered = reading(["metadata", ...context.flatMap(({ from }) => TO_GATHER[from] ?? [])]);
	// Escalations are comments on the pull request, or issues where there is none; commands are answered by comments.
	const writesComments = outcome.escalate.includes("human") || events.some(({ on }) => on === "issue_comment");
	const writing = writesComments ? ({ issues: "write", pull_requests: "write" } as const) : {};
	return joined([gathered, writing]);
}

/** What Healer needs to have failed jobs run again, if the pipeline does: without it, agents are woken at once. */
export function permissionsForReruns({ rerun = [] }: Pick<Artefact, "rerun">): Permissions {
	return rerun.length === 0 ? {} : { actions: "write" };
}

/** What Healer needs to say on a pull request what it leaves alone, if the pipeline does: without it, nothing is posted. */
export function permissionsForCheckRuns({ group }: Pick<Artefact, "group">): Permissions {
	return group?.check_run === true && group.scope !== "off" ? { checks: "write" } : {};
}

/** Merges permissions by name, each with the highest access. */
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
