import type * as z from "zod";
import { header, namespaces, serverAddress } from "../environment.ts";
import type { Endpoint } from "./endpoint.ts";
import { QUERY_VARIABLES, type QuerySettings, querySettings } from "./query-bounds.ts";

/** The servers that the in-cluster sources query, and the namespaces they read. Unset ones are not queried. */
export interface ContextSettings {
	readonly argocd?: Endpoint;
	readonly loki?: Endpoint;
	readonly prometheus?: Endpoint;
	readonly grafana?: Endpoint;
	/** In addition to the relay's own. */
	readonly namespaces: readonly string[];
	readonly queries: QuerySettings;
}

/** The variables of the in-cluster sources, for the schema of a process that queries them. */
export const CONTEXT_VARIABLES = {
	// As for Argo CD's own tools: host and port, with TLS.
	ARGOCD_SERVER: serverAddress("ARGOCD_TOKEN", "https://"),
	ARGOCD_TOKEN: header,
	LOKI_URL: serverAddress("LOKI_TOKEN"),
	LOKI_TOKEN: header,
	LOKI_ORG_ID: header,
	PROMETHEUS_URL: serverAddress("PROMETHEUS_TOKEN"),
	PROMETHEUS_TOKEN: header,
	GRAFANA_URL: serverAddress("GRAFANA_TOKEN"),
	GRAFANA_TOKEN: header,
	HEALER_CONTEXT_NAMESPACES: namespaces,
	...QUERY_VARIABLES,
};

type ContextValues = { readonly [Name in keyof typeof CONTEXT_VARIABLES]: z.output<(typeof CONTEXT_VARIABLES)[Name]> };

export function contextSettings(env: ContextValues): ContextSettings {
	const argocd = endpoint("Argo CD", env.ARGOCD_SERVER, env.ARGOCD_TOKEN);
	const loki = endpoint("Loki", env.LOKI_URL, env.LOKI_TOKEN);
	const tenant = env.LOKI_ORG_ID;
	const prometheus = endpoint("Prometheus", env.PROMETHEUS_URL, env.PROMETHEUS_TOKEN);
	const grafana = endpoint("Grafana", env.GRAFANA_URL, env.GRAFANA_TOKEN);
	return {
		...(argocd && { argocd }),
		...(loki && { loki: tenant ? { ...loki, headers: { ...loki.headers, "x-scope-orgid": tenant } } : loki }),
		...(prometheus && { prometheus }),
		...(grafana && { grafana }),
		namespaces: env.HEALER_CONTEXT_NAMESPACES,
		queries: querySettings(env),
	};
}

function endpoint(service: string, base: URL | undefined, token: string | undefined): Endpoint | undefined {
	if (base === undefined) return undefined;
	const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
	return { service, base, headers, secrets: token === undefined ? [] : [token] };
}
