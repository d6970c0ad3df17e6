import { describe, expect, it } from "vitest";
import { readContextSettings } from "../../support/read-context-settings.ts";

describe("readContextSettings", () => {
	it("queries no server when nothing is set", () => {
		expect(readContextSettings({ LOKI_URL: " ", ARGOCD_TOKEN: "alone" })).toEqual({
			settings: { namespaces: [], queries: { label: "namespace", rangeMs: 86_400_000, limit: 200 } },
			problems: [],
		});
	});

	it("reads every variable", () => {
		const { settings, problems } = readContextSettings({
			ARGOCD_SERVER: "argocd-server.argocd.svc:443",
			ARGOCD_TOKEN: "a-token",
			LOKI_URL: "http://loki.observability.svc:3100/",
			LOKI_ORG_ID: "team-a",
			PROMETHEUS_URL: "https://prometheus.example.com/prometheus/",
			GRAFANA_URL: "http://grafana:3000",
			GRAFANA_TOKEN: "g-token",
			HEALER_CONTEXT_NAMESPACES: "argocd, apps",
			HEALER_QUERY_NAMESPACES: "cto,shop",
			HEALER_QUERY_LABEL: "k8s_namespace_name",
			HEALER_QUERY_RANGE: "2h",
			HEALER_QUERY_LIMIT: "100",
		});
		expect(problems).toEqual([]);
		expect(settings).toEqual({
			argocd: {
				service: "Argo CD",
				base: new URL("https://argocd-server.argocd.svc/"),
				headers: { authorization: "Bearer a-token" },
				secrets: ["a-token"],
			},
			loki: {
				service: "Loki",
				base: new URL("http://loki.observability.svc:3100/"),
				headers: { "x-scope-orgid": "team-a" },
				secrets: [],
			},
			prometheus: {
				service: "Prometheus",
				base: new URL("https://prometheus.example.com/prometheus/"),
				headers: {},
				secrets: [],
			},
			grafana: {
				service: "Grafana",
				base: new URL("http://grafana:3000/"),
				headers: { authorization: "Bearer g-token" },
				secrets: ["g-token"],
			},
			namespaces: ["argocd", "apps"],
			queries: { namespaces: ["cto", "shop"], label: "k8s_namespace_name", rangeMs: 7_200_000, limit: 100 },
		});
	});

	it.each([
		["HEALER_QUERY_LABEL", 'a="b",c'],
		["HEALER_QUERY_RANGE", "a week"],
		["HEALER_QUERY_LIMIT", "201"],
	])("names %s when it is %j", (name, value) => {
		const { problems } = readContextSettings({ [name]: value });
		expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
	});

	it.each([
		["LOKI_URL", "loki:3100"],
		["LOKI_URL", "http://"],
		["PROMETHEUS_URL", "http://somebody:hunter2@prometheus"],
		["GRAFANA_URL", "http://grafana/?key=hunter2"],
		["ARGOCD_SERVER", "ftp://argocd"],
		["ARGOCD_TOKEN", "hunter2\nx: y"],
		["GRAFANA_TOKEN", "hunter2 hunter2"],
		["LOKI_ORG_ID", "hunter2\u0000"],
		["HEALER_CONTEXT_NAMESPACES", "kube-system/../hunter2"],
		["HEALER_QUERY_NAMESPACES", "cto, hunter2|.*"],
	])("names %s when it is %j, and shows nothing of it", (name, value) => {
		const { problems } = readContextSettings({ [name]: value });
		expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} (?!.*hunter2)`))]);
	});
});
