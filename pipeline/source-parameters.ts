import type { ContextSource } from "./context.ts";

/**
 * Who may set a parameter. `pipeline`: it is part of a query, so it must not contain incident data. `anybody`: it is a
 * value that the relay escapes or checks, so an incident may supply it.
 */
export interface SourceParameter {
	readonly from: "pipeline" | "anybody";
	readonly doc: string;
}

const QUERY_VALUES = {
	from: "anybody",
	doc: "texts by name; `$name` in the query stands for one, quoted by the relay, wherever a value is compared",
} as const;
const NAMESPACE = "where it is; the relay's own, or one of `HEALER_CONTEXT_NAMESPACES`";

/** The parameters under `with` of each in-cluster source. GitHub's sources have none. */
export const SOURCE_PARAMETERS: Readonly<Partial<Record<ContextSource, Readonly<Record<string, SourceParameter>>>>> = {
	"argocd.application": {
		name: anybody("the application"),
		namespace: anybody("where the Application resource is; default: `argocd`"),
		project: anybody("its project; default: any"),
	},
	"argo.workflow": {
		name: anybody("the Workflow; else the newest with these labels"),
		labels: anybody("labels that it has"),
		selector: pipeline("a label selector"),
		namespace: anybody(NAMESPACE),
	},
	"loki.query_range": {
		query: pipeline("LogQL that finds lines"),
		values: QUERY_VALUES,
		since: anybody("how far back; default: `30m`"),
		limit: anybody("how many lines, the newest; default: 50, at most 200"),
	},
	"prometheus.query": {
		query: pipeline("PromQL that gives one number"),
		values: QUERY_VALUES,
		before: anybody("which time to compare with; default: `1h` ago"),
		threshold: anybody("a spike is more than so many times what it was; default: 2"),
		floor: anybody("what is not above this is no spike; default: 0"),
	},
	"grafana.alerts": {
		labels: anybody("labels that the alerts have"),
		dashboards: anybody("a text in the titles of the dashboards to name; default: none are"),
	},
	"kubernetes.pods": {
		labels: anybody("labels that the pods have"),
		selector: pipeline("a label selector; one of both is needed"),
		namespace: anybody(NAMESPACE),
		limit: anybody("how many pods are told of, the worst; default: 20, at most 100"),
	},
};

function anybody(doc: string): SourceParameter {
	return { from: "anybody", doc };
}

function pipeline(doc: string): SourceParameter {
	return { from: "pipeline", doc };
}
