import type { Source, Sources } from "./source.ts";

const notConfigured: Source = async () => ({ status: "skipped", why: "not configured" });

/** The sources there are. None of them has credentials yet, so each says so. */
export const sources: Sources = {
	"github.job_logs": notConfigured,
	"github.pull_request": notConfigured,
	"github.changed_files": notConfigured,
	"github.commit": notConfigured,
	"argocd.application": notConfigured,
	"argo.workflow": notConfigured,
	"loki.query_range": notConfigured,
	"prometheus.query": notConfigured,
	"grafana.alerts": notConfigured,
	"kubernetes.pods": notConfigured,
};
