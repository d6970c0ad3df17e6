import type { Account } from "./incident.ts";
import type { NamedReading } from "./log/join-readings.ts";
import type { LogReading } from "./log/log-reading.ts";

/**
 * One gathered part of an incident's context, with its own status and how long it took. A part that failed gives the
 * reason; it never stops a remediation.
 */
export type ContextPart = { readonly from: string; readonly took_ms: number } & (
	| ContextData
	| { readonly status: "empty" }
	| { readonly status: "failed"; readonly why: string }
	| { readonly status: "skipped"; readonly why: string }
);

interface ContextData {
	readonly status: "ok";
	readonly data: unknown;
	/** What is missing, in one sentence: a truncated log, files beyond a limit. */
	readonly incomplete?: string;
}

/** Every requested part, by its name under `context:` in the pipeline. */
export type Context = Readonly<Record<string, ContextPart>>;

/** `data` of a part from `github.job_logs`: what the log reader kept of the failed jobs' logs. */
export interface JobLogs {
	/** All readable logs combined; absent when there were none. */
	readonly reading?: LogReading;
	/** Every failed job; the one named by the event comes first. */
	readonly jobs: readonly FailedJob[];
	/** If the event names no run: the failed runs on its commit, newest first. */
	readonly runs?: readonly RedRun[];
}

export interface RedRun {
	readonly id: string;
	readonly workflow: { readonly name?: string; readonly path?: string };
	readonly attempt?: number;
	readonly conclusion?: string;
	readonly url?: string;
}

export interface FailedJob {
	readonly name: string;
	readonly failed_steps: readonly string[];
	readonly url?: string;
	/** The job's run, one of `runs`. */
	readonly run_id?: string;
	/** For a check of another App, whose output replaces a log: the App's slug, or `status` for a commit status. */
	readonly app?: string;
	/** Whether the log was read completely, in part, or not at all. Absent when GitHub was not asked. */
	readonly log?: "whole" | "part" | "none";
	/** Why the log was not read completely. */
	readonly why?: string;
	/** The job's own reading, if its run may be split (`outcome.split`); it is not kept. */
	readonly own?: NamedReading;
}

/** `data` of a part from `github.run`: the GitHub Actions run, and what happened on its branch since. */
export interface WorkflowRun {
	readonly id: string;
	readonly workflow: { readonly name?: string; readonly path?: string };
	/** The run's trigger: `push`, `pull_request`, `schedule` ... */
	readonly event?: string;
	readonly attempt?: number;
	readonly status?: string;
	readonly conclusion?: string;
	/** As in an incident. */
	readonly head_repository?: string;
	readonly head_branch?: string;
	readonly head_sha?: string;
	readonly actor?: Account;
	/** The branch's current head; `moved` when it is not the run's commit. */
	readonly head?: { readonly sha: string; readonly moved: boolean };
	/** The newest run of the same workflow on the same branch, if it is another run. */
	readonly newer?: {
		readonly id: string;
		readonly url?: string;
		readonly head_sha?: string;
		readonly status?: string;
		readonly conclusion?: string;
	};
	/**
	 * The workflow's newest finished run on the branch succeeded, or a later attempt of this run did. Absent when GitHub did
	 * not say.
	 */
	readonly green_now?: boolean;
}

/** `data` of a part from `github.changed_files`. */
export interface ChangedFiles {
	readonly files: readonly ChangedFile[];
	/** What is compared: the pull request, the branch since it left the default branch, or the single commit. */
	readonly of?: "pull_request" | "branch" | "commit";
	/**
	 * Total number of files, which exceeds the length of `files` when the list is cut. Line counts cover only `files`.
	 */
	readonly total?: number;
	readonly additions?: number;
	readonly deletions?: number;
}

export interface ChangedFile {
	readonly path: string;
	/** The path before a rename. */
	readonly previous_path?: string;
	/** `added`, `removed`, `modified`, `renamed` ... */
	readonly status?: string;
	readonly additions?: number;
	readonly deletions?: number;
}

/** `data` of a part from `github.commit`. */
export interface Commit {
	readonly message: string;
	readonly sha?: string;
	/** The author's GitHub login, else the name in the commit. */
	readonly author?: string;
	/** ISO 8601. */
	readonly authored_at?: string;
	/** Number of parents; 2 or more for a merge. */
	readonly parents?: number;
}

/** `data` of a part from `github.pull_request`: an open pull request. */
export interface PullRequest {
	readonly number: number;
	readonly title: string;
	readonly url?: string;
	readonly author?: string;
	readonly is_draft?: boolean;
	/** GitHub's `mergeable_state`: `clean`, `dirty` (conflicts), `blocked`, `behind`, `unstable` ... */
	readonly mergeable_state?: string;
	readonly base_branch?: string;
	readonly head_branch?: string;
	readonly head_sha?: string;
	/** `owner/name` of the branch's repository, which differs for a fork; absent when the fork was deleted. */
	readonly head_repository?: string;
	readonly labels?: readonly string[];
}

/** `data` of a part from `github.review`: what a review found, in its order. */
export interface ReviewFindings {
	readonly findings: readonly ReviewFinding[];
}

export interface ReviewFinding {
	readonly path: string;
	/** Absent for a comment on the whole file. */
	readonly line?: number;
	readonly text: string;
	/** The lines that the reviewer proposes instead. */
	readonly suggestion?: string;
	readonly url?: string;
}

/** `data` of a part from `argocd.application`. */
export interface ArgocdApplication {
	readonly name?: string;
	readonly health?: string;
	readonly sync?: string;
	readonly revision?: string;
	/** One line per unhealthy resource. */
	readonly unhealthy?: readonly string[];
	/** The result of the last sync, in one line. */
	readonly operation?: string;
	/** Argo CD's conditions, one line each. */
	readonly conditions?: readonly string[];
	/** One line per resource that differs from Git. */
	readonly out_of_sync?: readonly string[];
	/** How many resources there are, by health. */
	readonly resources?: string;
	/** One line each, the newest first. */
	readonly events?: readonly string[];
	/** If it was found by its repository: all that deploy from it, one line each, the likeliest first. */
	readonly applications?: readonly string[];
}

/** `data` of a part from `argo.workflow`. */
export interface ArgoWorkflow {
	readonly name: string;
	readonly phase: string;
	readonly message?: string;
	/** ISO 8601. */
	readonly started_at?: string;
	readonly finished_at?: string;
	/** One line each. */
	readonly failed_nodes: readonly string[];
}

/** `data` of a part from `loki.query_range`: newest lines first. */
export interface LokiLines {
	readonly lines: readonly string[];
}

/** `data` of a part from `loki.labels`: a label with its values per line. */
export interface LokiLabels {
	readonly labels: readonly string[];
}

/** `data` of a part from `prometheus.query_range`: a series with its points per line. */
export interface MetricSeries {
	readonly series: readonly string[];
}

/** `data` of a part from `prometheus.metrics`. */
export interface MetricNames {
	readonly metrics: readonly string[];
}

/** `data` of a part from `prometheus.query`: the rate now and an hour before. */
export interface ErrorRate {
	readonly now: number;
	readonly before: number;
	readonly spike: boolean;
}

/** `data` of a part from `grafana.alerts`: one line each, newest alert first. */
export interface FiringAlerts {
	readonly alerts: readonly string[];
	readonly dashboards: readonly string[];
}

/** `data` of a part from `kubernetes.pods`: one line each, worst pod and newest event first. */
export interface RelatedPods {
	readonly pods: readonly string[];
	readonly events: readonly string[];
}

/** The `data` of each source, for a part that is `ok`. */
export interface SourceData {
	readonly "github.run": WorkflowRun;
	readonly "github.job_logs": JobLogs;
	readonly "github.changed_files": ChangedFiles;
	readonly "github.commit": Commit;
	readonly "github.pull_request": PullRequest;
	readonly "github.review": ReviewFindings;
	readonly "argocd.application": ArgocdApplication;
	readonly "argo.workflow": ArgoWorkflow;
	readonly "loki.query_range": LokiLines;
	readonly "loki.labels": LokiLabels;
	readonly "prometheus.query": ErrorRate;
	readonly "prometheus.query_range": MetricSeries;
	readonly "prometheus.metrics": MetricNames;
	readonly "grafana.alerts": FiringAlerts;
	readonly "kubernetes.pods": RelatedPods;
}

/** The context sources: the only values of `from:` (docs/pipeline.md#context). */
export const CONTEXT_SOURCES = [
	"github.run",
	"github.job_logs",
	"github.pull_request",
	"github.review",
	"github.changed_files",
	"github.commit",
	"argocd.application",
	"argo.workflow",
	"loki.query_range",
	"loki.labels",
	"prometheus.query",
	"prometheus.query_range",
	"prometheus.metrics",
	"grafana.alerts",
	"kubernetes.pods",
] as const satisfies readonly (keyof SourceData)[];
export type ContextSource = (typeof CONTEXT_SOURCES)[number];
export type GitHubSource = Extract<ContextSource, `github.${string}`>;

/** Whether the worker queries the source at GitHub. The relay queries all others in the cluster. */
export function isGitHubSource(source: ContextSource): source is GitHubSource {
	return source.startsWith("github.");
}
