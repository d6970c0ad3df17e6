import type { LogReading } from "./log/log-reading.ts";

/**
 * One gathered part of an incident's context, with its own status and how long it took (DESIGN section 1).
 * A part that could not be had says why; it never stops a remediation.
 */
export type ContextPart = { readonly from: string; readonly took_ms: number } & (
	| { readonly status: "ok"; readonly data: unknown }
	| { readonly status: "empty" }
	| { readonly status: "failed"; readonly why: string }
	| { readonly status: "skipped"; readonly why: string }
);

/** Every part asked for, by its name under `context:` in the pipeline. */
export type Context = Readonly<Record<string, ContextPart>>;

/** `data` of a part from `github.job_logs`: what the log reader kept of the failed jobs' logs. */
export interface JobLogs {
	readonly reading: LogReading;
	readonly jobs: readonly { readonly name: string; readonly failed_steps: readonly string[] }[];
}

/** `data` of a part from `github.changed_files`. */
export interface ChangedFiles {
	readonly files: readonly { readonly path: string; readonly additions?: number; readonly deletions?: number }[];
}

/** `data` of a part from `github.commit`. */
export interface Commit {
	readonly message: string;
}

/** `data` of a part from `github.pull_request`. */
export interface PullRequest {
	readonly number: number;
	readonly title: string;
}

/** `data` of a part from `argocd.application`. */
export interface ArgocdApplication {
	readonly health?: string;
	readonly sync?: string;
	/** One line for each resource that is not healthy. */
	readonly unhealthy?: readonly string[];
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

/** `data` of a part from `kubernetes.pods`: one line each. */
export interface RelatedPods {
	readonly pods: readonly string[];
	readonly events: readonly string[];
}

/** The context sources of DESIGN section 8: the only names that `from:` takes. */
export const CONTEXT_SOURCES = [
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
