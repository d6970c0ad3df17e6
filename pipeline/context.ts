import type { Account } from "./incident.ts";
import type { LogReading } from "./log/log-reading.ts";

/**
 * One gathered part of an incident's context, with its own status and how long it took (DESIGN section 1).
 * A part that could not be had says why; it never stops a remediation.
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
	/** What of it could not be had, in a sentence: a log that was cut off, files beyond a limit. */
	readonly incomplete?: string;
}

/** Every part asked for, by its name under `context:` in the pipeline. */
export type Context = Readonly<Record<string, ContextPart>>;

/** `data` of a part from `github.job_logs`: what the log reader kept of the failed jobs' logs. */
export interface JobLogs {
	/** Of all logs that could be read, together; absent when none could. */
	readonly reading?: LogReading;
	/** Every failed job, the one that the event names first. */
	readonly jobs: readonly FailedJob[];
	/** Where the event names no run: those that are red on its commit, newest first. */
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
	/** Which of `runs` it is of. */
	readonly run_id?: string;
	/** Of a check of another App, whose output stands for a log: the App's slug, or `status` for a commit status. */
	readonly app?: string;
	/** Was its log read: to its end, up to where it broke off, or not at all. Absent where nobody asked GitHub. */
	readonly log?: "whole" | "part" | "none";
	/** Why the log was not read to its end. */
	readonly why?: string;
}

/** `data` of a part from `github.run`: the run of GitHub Actions, and what became of its branch since. */
export interface WorkflowRun {
	readonly id: string;
	readonly workflow: { readonly name?: string; readonly path?: string };
	/** What started it: `push`, `pull_request`, `schedule` ... */
	readonly event?: string;
	readonly attempt?: number;
	readonly status?: string;
	readonly conclusion?: string;
	/** `owner/name` of the branch's repository: another one for a fork. */
	readonly head_repository?: string;
	readonly head_branch?: string;
	readonly head_sha?: string;
	readonly actor?: Account;
	/** The commit that the branch leads to now; `moved` when that is another than the run's. */
	readonly head?: { readonly sha: string; readonly moved: boolean };
	/** The newest run of the same workflow on the same branch, when that is another one. */
	readonly newer?: {
		readonly id: string;
		readonly url?: string;
		readonly head_sha?: string;
		readonly status?: string;
		readonly conclusion?: string;
	};
	/** The newest finished run of the workflow on the branch, or this one by a later attempt, succeeded. */
	readonly green_now: boolean;
}

/** `data` of a part from `github.changed_files`. */
export interface ChangedFiles {
	readonly files: readonly ChangedFile[];
	/** What they are the difference of: the pull request, the branch since it left the default one, or the one commit. */
	readonly of?: "pull_request" | "branch" | "commit";
	/** How many there are, more than `files` has where it is cut; lines over those that it has. */
	readonly total?: number;
	readonly additions?: number;
	readonly deletions?: number;
}

export interface ChangedFile {
	readonly path: string;
	/** Its path before, when it was renamed. */
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
	/** Its author by GitHub's login, else by the name in the commit. */
	readonly author?: string;
	/** ISO 8601. */
	readonly authored_at?: string;
	/** How many parents it has: 2 and more for a merge. */
	readonly parents?: number;
}

/** `data` of a part from `github.pull_request`: one that is open. */
export interface PullRequest {
	readonly number: number;
	readonly title: string;
	readonly url?: string;
	readonly author?: string;
	readonly is_draft?: boolean;
	/** GitHub's word on whether it could be merged: `clean`, `dirty` (conflicts), `blocked`, `behind`, `unstable` ... */
	readonly mergeable_state?: string;
	readonly base_branch?: string;
	readonly head_branch?: string;
	readonly head_sha?: string;
	/** `owner/name` of the branch's repository: another one for a fork; absent when the fork is gone. */
	readonly head_repository?: string;
	readonly labels?: readonly string[];
}

/** `data` of a part from `argocd.application`. */
export interface ArgocdApplication {
	readonly health?: string;
	readonly sync?: string;
	readonly revision?: string;
	/** One line for each resource that is not healthy. */
	readonly unhealthy?: readonly string[];
	/** How the last sync ended, in one line. */
	readonly operation?: string;
	/** What Argo CD complains of, one line each. */
	readonly conditions?: readonly string[];
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

/** `data` of a part from `prometheus.query`: a rate now and an hour before. */
export interface ErrorRate {
	readonly now: number;
	readonly before: number;
	readonly spike: boolean;
}

/** `data` of a part from `grafana.alerts`: one line each, the newest alert first. */
export interface FiringAlerts {
	readonly alerts: readonly string[];
	readonly dashboards: readonly string[];
}

/** `data` of a part from `kubernetes.pods`: one line each, the worst pod and the newest event first. */
export interface RelatedPods {
	readonly pods: readonly string[];
	readonly events: readonly string[];
}

/** The context sources of DESIGN section 8: the only names that `from:` takes. */
export const CONTEXT_SOURCES = [
	"github.run",
	"github.job_logs",
	"github.pull_request",
	"github.changed_files",
	"github.commit",
	"argocd.application",
	"argo.workflow",
	"loki.query_range",
	"prometheus.query",
	"grafana.alerts",
	"kubernetes.pods",
] as const;
export type ContextSource = (typeof CONTEXT_SOURCES)[number];
export type GitHubSource = Extract<ContextSource, `github.${string}`>;

/** Whether GitHub is asked, from the edge; all others are asked in the cluster, by the relay. */
export function isGitHubSource(source: ContextSource): source is GitHubSource {
	return source.startsWith("github.");
}
