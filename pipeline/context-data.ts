import type {
	ArgocdApplication,
	ArgoWorkflow,
	ChangedFiles,
	Commit,
	Context,
	ContextSource,
	ErrorRate,
	FiringAlerts,
	JobLogs,
	LokiLines,
	PullRequest,
	RelatedPods,
	WorkflowRun,
} from "./context.ts";

/** The `data` of each source, for a part that is `ok`. */
interface SourceData {
	readonly "github.run": WorkflowRun;
	readonly "github.job_logs": JobLogs;
	readonly "github.changed_files": ChangedFiles;
	readonly "github.commit": Commit;
	readonly "github.pull_request": PullRequest;
	readonly "argocd.application": ArgocdApplication;
	readonly "argo.workflow": ArgoWorkflow;
	readonly "loki.query_range": LokiLines;
	readonly "prometheus.query": ErrorRate;
	readonly "grafana.alerts": FiringAlerts;
	readonly "kubernetes.pods": RelatedPods;
}

/**
 * The data of the first `ok` part from this source. Parts come from the journal and the wire as JSON, so any field may
 * be missing.
 */
export function dataFrom<S extends ContextSource>(context: Context, source: S): Partial<SourceData[S]> | undefined {
	const part = Object.values(context).find(({ from, status }) => from === source && status === "ok");
	if (part?.status !== "ok" || typeof part.data !== "object" || part.data === null) return undefined;
	return part.data as Partial<SourceData[S]>;
}
