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
	doc: "texts by name; the relay quotes each and inserts it for `$name` where the query compares a value",
} as const;
const SINCE = "how far back; default: `1h`, at most the relay's `HEALER_QUERY_RANGE`";
const NAMESPACE = "the namespace: the relay's own, or one of `HEALER_CONTEXT_NAMESPACES`";

/** The parameters under `with` of each in-cluster source. GitHub's sources have none. */
export const SOURCE_PARAMETERS: Readonly<Partial<Record<ContextSource, Readonly<Record<string, SourceParameter>>>>> = {
	"argocd.application": {
		name: anybody("the application; without it, `repository` is required"),
		repository: anybody("`owner/name`: the application is found among those that deploy from it"),
		paths: anybody("changed files: the application whose path has one of them comes first"),
		branch: anybody("then one that follows this branch, then one that is not healthy or not in sync"),
		namespace: anybody("namespace of the Application resource; default: `argocd`"),
		project: anybody("its project; default: any"),
	},
	"argo.workflow": {
		name: anybody("the Workflow's name; default: the newest with these labels"),
		labels: anybody("labels of the Workflow"),
		selector: pipeline("a label selector"),
		namespace: anybody(NAMESPACE),
	},
	"loki.query_range": {
		query: pipeline("LogQL that returns lines"),
		values: QUERY_VALUES,
		since: anybody("how far back; default: `30m`, at most the relay's `HEALER_QUERY_RANGE`"),
		limit: anybody("number of newest lines; default: 50, at most the relay's `HEALER_QUERY_LIMIT`"),
	},
	"loki.labels": {
		query: pipeline("a LogQL selector"),
		values: QUERY_VALUES,
		since: anybody(SINCE),
	},
	"prometheus.query_range": {
		query: pipeline("PromQL; each of its series becomes a line, at most 20"),
		values: QUERY_VALUES,
		since: anybody(`${SINCE}, with the query's own ranges`),
	},
	"prometheus.metrics": {
		query: pipeline("a PromQL selector"),
		values: QUERY_VALUES,
		since: anybody(SINCE),
	},
	"prometheus.query": {
		query: pipeline("PromQL that returns one number"),
		values: QUERY_VALUES,
		before: anybody(
			"how long ago to compare with; default: `1h`, with the query's own ranges at most the relay's `HEALER_QUERY_RANGE`",
		),
		threshold: anybody("factor above which an increase is a spike; default: 2"),
		floor: anybody("values up to this are never a spike; default: 0"),
	},
	"grafana.alerts": {
		labels: anybody("labels of the alerts"),
		dashboards: anybody("text in the titles of dashboards to list; default: list none"),
	},
	"kubernetes.pods": {
		labels: anybody("labels of the pods"),
		selector: pipeline("a label selector; this or `labels` is required"),
		namespace: anybody(NAMESPACE),
		limit: anybody("number of worst pods to report; default: 20, at most 100"),
	},
};

function anybody(doc: string): SourceParameter {
	return { from: "anybody", doc };
}

function pipeline(doc: string): SourceParameter {
	return { from: "pipeline", doc };
}
