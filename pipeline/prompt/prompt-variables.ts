/**
 * A name that templates may use. `text`: `{{name}}` shows it, and a section `{{#name}}` is shown when it is present.
 * `flag`: only for sections. `list`: a section repeats for each item, whose fields it names. Untrusted variables
 * contain text from outside and must be inside `{{#fenced}}` or `{{#inline}}`.
 */
export interface PromptVariable {
	readonly kind: "text" | "flag" | "list";
	readonly untrusted: boolean;
	readonly doc: string;
	readonly fields?: Readonly<Record<string, PromptVariable>>;
}

export const PROMPT_VARIABLES = {
	incident_id: text("The incident's id."),
	kind: text("ci, security, review, manual, change or play."),
	event: text("The name under `events:` that took the delivery."),
	repository: text("owner/name."),
	repository_url: text("Where the repository is, for git."),
	head_repository: untrusted("owner/name of the branch's repository, when it is another one."),
	workflow_name: untrusted("The workflow's name."),
	workflow_path: untrusted("The workflow's file."),
	workflow_url: untrusted("Where people look at the failure."),
	job_name: untrusted("The failed job's name, or all names where several failed."),
	failed_steps: untrusted("Names of the failed steps, one a line."),
	conclusion: untrusted("How it ended: failure, timed_out ..."),
	run_id: untrusted("The workflow run's id."),
	branch: untrusted("The branch."),
	default_branch: untrusted("The repository's default branch."),
	commit_sha: untrusted("The commit."),
	commit_message: untrusted("The commit's message."),
	actor: untrusted("Login of who made the run."),
	branch_since: untrusted("What became of the branch since: other commits, newer runs, one a line."),
	workflow_logs: untrusted("Excerpts of the failed jobs' logs."),
	logs: untrusted("The same as workflow_logs."),
	evidence: untrusted("Text that came with the event: a check's output, a review's findings."),
	pr_number: text("The pull request's number."),
	pr_title: untrusted("The pull request's title."),
	pr_base_branch: untrusted("The branch that the pull request goes to."),
	pr_mergeable_state: untrusted("GitHub's word on merging it: clean, dirty (conflicts), behind, blocked ..."),
	changed_files: untrusted("Changed files with added and deleted lines, one a line."),
	file_diff_summary: text("How many files, added and deleted lines."),
	argocd_app_status: untrusted("The Argo CD application's health."),
	argocd_sync_status: untrusted("The Argo CD application's sync status."),
	argocd_resources_unhealthy: untrusted("Its unhealthy resources, one a line."),
	argocd_operation: untrusted("Its last operation, and its conditions, one a line."),
	argo_workflow: untrusted("What Argo Workflows says."),
	recent_error_logs: untrusted("Newest error lines from Loki."),
	error_rate_spike: untrusted("The error rate now against before."),
	grafana_alerts: untrusted("Alerts that fire in Grafana."),
	related_pods: untrusted("Related pods, with restarts and waiting reasons."),
	pod_events: untrusted("Their last events."),
	alert_type: untrusted("The alert's type."),
	severity: untrusted("The alert's severity."),
	package_name: untrusted("The vulnerable package."),
	cve_id: untrusted("CVE or GHSA id."),
	alert_description: untrusted("What the alert is about."),
	manifest_path: untrusted("The manifest that names the package."),
	command: untrusted("The command that somebody gave, with its arguments."),
	agent_name: text("The agent's name."),
	github_app: text("The GitHub App that the agent works as."),
	failure_type: text("The failure type, such as rust_clippy."),
	failure_category: text("The failure type's category."),
	suggested_fix_approach: text("The failure type's suggested approach."),
	branch_strategy: text("Where the fix goes."),
	fix_branch: untrusted("The branch to push to."),
	attempt: text("Which attempt this is, from 1."),
	previous_attempts: untrusted("Earlier attempts and how they ended, one a line."),
	missing: {
		kind: "list",
		untrusted: false,
		doc: "The parts of the context that could not be had, or not whole.",
		fields: { name: text("The part's name."), from: text("Its source."), why: untrusted("Why.") },
	},
	has_logs: flag("There are log excerpts."),
	has_pull_request: flag("There is a pull request."),
	has_changed_files: flag("The changed files are known."),
	has_alert: flag("It is about a security alert."),
	has_argocd: flag("Argo CD told something."),
	has_cluster_context: flag("Loki, Prometheus, Grafana, Argo or the pods told something."),
	has_missing: flag("Some part of the context could not be had, or not whole."),
	is_retry: flag("There was an attempt before."),
	is_fork: flag("The branch is in another repository."),
} as const satisfies Readonly<Record<string, PromptVariable>>;

export type PromptVariableName = keyof typeof PROMPT_VARIABLES;

/** Sections that transform their content: see `prompt-lambdas.ts`. */
export const PROMPT_LAMBDAS = {
	fenced: "Shows what is inside as a block of data that cannot end its own fence.",
	inline: "Shows what is inside as one line of data.",
} as const;

function text(doc: string): PromptVariable & { kind: "text" } {
	return { kind: "text", untrusted: false, doc };
}

function untrusted(doc: string): PromptVariable & { kind: "text" } {
	return { kind: "text", untrusted: true, doc };
}

function flag(doc: string): PromptVariable & { kind: "flag" } {
	return { kind: "flag", untrusted: false, doc };
}
