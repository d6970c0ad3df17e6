import type { Result } from "../../wire/result.ts";
import { argoWorkflow } from "./argo-workflow.ts";
import { argocdApplication } from "./argocd-application.ts";
import type { ContextSettings } from "./context-settings.ts";
import { grafanaAlerts } from "./grafana-alerts.ts";
import type { KubernetesAccess } from "./kubernetes-access.ts";
import { kubernetesPods } from "./kubernetes-pods.ts";
import type { KubernetesReader } from "./kubernetes-reader.ts";
import { lokiLabels } from "./loki-labels.ts";
import { lokiQueryRange } from "./loki-query-range.ts";
import { prometheusMetrics } from "./prometheus-metrics.ts";
import { prometheusQuery } from "./prometheus-query.ts";
import { prometheusRange } from "./prometheus-range.ts";
import { type ContextSources, unconfigured } from "./source.ts";

export interface ContextTools {
	readonly settings: ContextSettings;
	/** `openCluster`. */
	readonly cluster: Result<KubernetesReader>;
	/** The namespace of the CodeRuns: a pipeline edit can change it. */
	readonly ownNamespace: () => string;
	readonly fetch: typeof globalThis.fetch;
}

/** All in-cluster sources. To add one, add a line here and one in `wire/context.ts`. */
export function contextSources({ settings, cluster, ownNamespace, fetch }: ContextTools): ContextSources {
	const { argocd, loki, prometheus, grafana, namespaces, queries } = settings;
	const bounds = { ...queries, namespaces: () => queries.namespaces ?? [ownNamespace(), ...namespaces] };
	const kubernetes: KubernetesAccess = { reader: cluster, own: ownNamespace, others: namespaces };
	return {
		"argocd.application": argocdApplication(argocd, kubernetes, fetch),
		"argo.workflow": argoWorkflow(kubernetes),
		"loki.query_range": loki ? lokiQueryRange(loki, bounds, fetch) : unconfigured("LOKI_URL is not set"),
		"loki.labels": loki ? lokiLabels(loki, bounds, fetch) : unconfigured("LOKI_URL is not set"),
		"prometheus.query": prometheus
			? prometheusQuery(prometheus, bounds, fetch)
			: unconfigured("PROMETHEUS_URL is not set"),
		"prometheus.query_range": prometheus
			? prometheusRange(prometheus, bounds, fetch)
			: unconfigured("PROMETHEUS_URL is not set"),
		"prometheus.metrics": prometheus
			? prometheusMetrics(prometheus, bounds, fetch)
			: unconfigured("PROMETHEUS_URL is not set"),
		"grafana.alerts": grafana ? grafanaAlerts(grafana, bounds, fetch) : unconfigured("GRAFANA_URL is not set"),
		"kubernetes.pods": kubernetesPods(kubernetes),
	};
}
