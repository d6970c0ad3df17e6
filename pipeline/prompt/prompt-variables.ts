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
	event: text("The entry under `events:` that matched the delivery."),
	repository: text("owner/name."),
	repository_url: text("The repository's URL, for git."),
	head_repository: untrusted("owner/name of the branch's repository, when it differs."),
	workflow_name: untrusted("The workflow's name."),
	workflow_path: untrusted("The workflow's file."),
	workflow_url: untrusted("Link to the failure, for people."),
	job_name: untrusted("The failed job's name, or all names if several failed."),
	failed_steps: untrusted("Names of the failed steps, one per line."),
	conclusion: untrusted("How it ended: failure, timed_out ..."),
	run_id: untrusted("The workflow run's id."),
	branch: untrusted("The branch."),
	tag: untrusted("The tag, in place of the branch, if it failed on a tag."),
	default_branch: untrusted("The repository's default branch."),
	commit_sha: untrusted("The commit."),
	commit_message: untrusted("The commit's message."),
	actor: untrusted("Login of who started the run."),
	branch_since: untrusted("What happened on the branch since: other commits, newer runs, one per line."),
	workflow_logs: untrusted("Excerpts of the failed jobs' logs."),
	logs: untrusted("The same as workflow_logs."),
	evidence: untrusted("Text in the event itself: a check's output, a review's findings."),
	review_findings: untrusted("What a review found: file, line, comment and suggestion."),
	pr_number: text("The pull request's number."),
	pr_title: untrusted("The pull request's title."),
	pr_base_branch: untrusted("The pull request's base branch."),
	pr_mergeable_state: untrusted("GitHub's mergeable state: clean, dirty (conflicts), behind, blocked ..."),
	changed_files: untrusted("Changed files with added and deleted lines, one per line."),
	file_diff_summary: text("Number of files, added and deleted lines."),
	argocd_application: untrusted("The Argo CD application's name."),
	argocd_app_status: untrusted("The Argo CD application's health."),
	argocd_sync_status: untrusted("The Argo CD application's sync status."),
	argocd_resources_unhealthy: untrusted("Its unhealthy resources, one per line."),
	argocd_operation: untrusted("Its last operation, and its conditions, one per line."),
	argocd_out_of_sync: untrusted("Its resources that differ from Git, one per line."),
	argocd_events: untrusted("Its events, newest first, one per line."),
	argocd_applications: untrusted(
		"All applications that deploy from the repository, if there are several, one per line.",
	),
	argo_workflow: untrusted("The Argo Workflow's name, phase and failed nodes."),
	recent_error_logs: untrusted("Newest error lines from Loki."),
	error_rate_spike: untrusted("The error rate now against before."),
	log_labels: untrusted("Labels of the log streams in Loki, with their values."),
	metric_series: untrusted("Series of a Prometheus query, with their points."),
	metric_names: untrusted("Names of metrics in Prometheus."),
	grafana_alerts: untrusted("Firing Grafana alerts."),
	related_pods: untrusted("Related pods, with restarts and waiting reasons."),
	pod_events: untrusted("The pods' last events."),
	alert_type: untrusted("The alert's type."),
	severity: untrusted("The alert's severity."),
	package_name: untrusted("The vulnerable package."),
	cve_id: untrusted("CVE or GHSA id."),
	alert_description: untrusted("What the alert is about."),
	manifest_path: untrusted("The manifest that names the package."),
	command: untrusted("The command, with its arguments."),
	agent_name: text("The agent's name."),
	github_app: text("The GitHub App that the agent works as."),
	failure_type: text("The failure type, such as rust_clippy."),
	failure_category: text("The failure type's category."),
	because: untrusted("Why this agent was chosen, in one sentence."),
	failed_again: text("That it failed again when its jobs were run again, and whether the cause is the same."),
	whose_failure: untrusted("Whose failure a pull request's red check is, why, and the first red commit."),
	suggested_fix_approach: text("The failure type's suggested approach."),
	branch_strategy: text("Where the fix goes."),
	fix_branch: untrusted("The branch to push to."),
	target_branch: untrusted("Where a fix on a branch of its own starts from; absent if that is not certain."),
	attempt: text("Number of this attempt, from 1."),
	previous_attempts: untrusted("Earlier attempts and how they ended, one per line."),
	missing: {
		kind: "list",
		untrusted: false,
		doc: "Context parts that are missing or incomplete.",
		fields: { name: text("The part's name."), from: text("Its source."), why: untrusted("Why.") },
	},
	has_logs: flag("There are log excerpts."),
	has_pull_request: flag("There is a pull request."),
	has_changed_files: flag("The changed files are known."),
	has_alert: flag("The incident is a security alert."),
	has_argocd: flag("There is data from Argo CD."),
	has_cluster_context: flag("There is data from Loki, Prometheus, Grafana, Argo or the pods."),
	has_missing: flag("Some context is missing or incomplete."),
	is_retry: flag("There was an earlier attempt."),
	is_hand_over: flag("The attempt before handed over: what is still red is for this agent."),
	is_fork: flag("The branch is in another repository."),
} as const satisfies Readonly<Record<string, PromptVariable>>;

export type PromptVariableName = keyof typeof PROMPT_VARIABLES;

/** Sections that transform their content: see `prompt-lambdas.ts`. */
export const PROMPT_LAMBDAS = {
	fenced: "Shows its content as a block of data that cannot end its own fence.",
	inline: "Shows its content as one line of data.",
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

/** The values of `PROMPT_VARIABLES` for one prompt; unknown values are absent. */
export type PromptView = {
	readonly [Name in PromptVariableName]?: ValueOf<(typeof PROMPT_VARIABLES)[Name]["kind"]> | undefined;
};

type ValueOf<Kind> = Kind extends "flag" ? boolean : Kind extends "list" ? readonly Record<string, string>[] : string;
