import { KubeConfig } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../relay/clock.ts";
import { answerContext } from "../../../relay/context/answer-context.ts";
import { contextSources } from "../../../relay/context/context-sources.ts";
import { kubernetesReader } from "../../../relay/context/kubernetes-reader.ts";
import type { ContextSources } from "../../../relay/context/source.ts";
import type { ClusterSource } from "../../../wire/context.ts";
import { ok } from "../../../wire/result.ts";
import { readContextSettings } from "../../support/read-context-settings.ts";
import { closedPort, oddServer } from "./odd-server.ts";

const TOKEN = "s3cr3t-t0k3n";
const ENOUGH: Readonly<Record<ClusterSource, Record<string, unknown>>> = {
	"argocd.application": { name: "web" },
	"argo.workflow": { name: "build" },
	"loki.query_range": { query: '{app="web"}' },
	"loki.labels": { query: '{app="web"}' },
	"prometheus.query": { query: "up" },
	"prometheus.query_range": { query: "up" },
	"prometheus.metrics": { query: '{app="web"}' },
	"grafana.alerts": { dashboards: "web" },
	"kubernetes.pods": { labels: { app: "web" } },
};
const SOURCES = Object.keys(ENOUGH) as ClusterSource[];

describe.each(SOURCES)("%s", (from) => {
	const service = { argocd: "Argo CD", loki: "Loki", prometheus: "Prometheus", grafana: "Grafana" }[
		from.split(".")[0] ?? ""
	];
	const name = service ?? "the API server";

	it("reports a timeout, whether nothing came or half of the answer", async () => {
		for (const oddity of ["silent", "stalled"] as const) {
			const { url } = await oddServer(oddity);
			const result = await ask(sourcesAt(url), from, { timeout_ms: 300 });
			expect(result).toMatchObject({ status: "failed", why: "no answer within 0.3 s" });
			expect(result.took_ms).toBeGreaterThan(290);
		}
	});

	it("reports a refused connection", async () => {
		expect(await ask(sourcesAt(`http://127.0.0.1:${await closedPort()}`), from)).toMatchObject({
			status: "failed",
			why: expect.stringMatching(/^(the API server|\w+( CD)?) cannot be reached: .*ECONNREFUSED/),
		});
	});

	it("reports the error answer", async () => {
		const { url } = await oddServer("refusing");
		const result = await ask(sourcesAt(url), from);
		const why = service === undefined ? "the API server answered 503" : `${service} answered 503: too busy\\nfor you`;
		expect(result).toMatchObject({ status: "failed", why });
	});

	it.each(["nonsense", "not_json", "cut"] as const)("takes no answer that is %s", async (oddity) => {
		const { url } = await oddServer(oddity);
		const result = await ask(sourcesAt(url), from);
		expect(result).toMatchObject({ status: "failed", why: expect.stringContaining(name.replace("the ", "")) });
	});

	it("reads only a part of an endless answer", async () => {
		const server = await oddServer("endless");
		const result = await ask(sourcesAt(server.url), from, { timeout_ms: 20_000 });
		expect(result).toMatchObject({ status: "failed", why: `${name} answered more than 4 MiB` });
		// Bytes in both sides' buffers were sent, too; Argo CD and Grafana get two requests at once.
		expect(server.sent() / 1024 / 1024).toBeLessThan(40);
	});

	it("sends its credentials nowhere else", async () => {
		const elsewhere = await oddServer((_, response) => void response.end("{}"));
		const server = await oddServer((_, response) => {
			response.writeHead(302, { location: `${elsewhere.url}/stolen` }).end();
		});
		const result = await ask(sourcesAt(server.url), from);
		expect(result.status).toBe("failed");
		if (service !== undefined) {
			expect(result).toMatchObject({
				why: `${service} answered 302, a redirect: configure the address it redirects to`,
			});
			expect(elsewhere.asked).toEqual([]);
		}
		expect(elsewhere.asked.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
	});

	it("shows no token that a server repeats", async () => {
		const { url, asked } = await oddServer(({ headers }, response) => {
			response.writeHead(400, { "content-type": "application/json" });
			response.end(JSON.stringify({ message: `you sent ${headers.authorization}` }));
		});
		const result = await ask(sourcesAt(url), from);
		expect(asked[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
		expect(result.status).toBe("failed");
		expect(JSON.stringify(result)).not.toContain(TOKEN);
	});

	it("names an unknown parameter, and shows no value", async () => {
		const result = await ask(sourcesAt("http://127.0.0.1:1"), from, { with: { ...ENOUGH[from], url: "http://evil" } });
		expect(result).toMatchObject({
			status: "failed",
			why: 'invalid parameters: with does not take "url"',
		});
	});

	it("is skipped when it is not configured, and says what is missing", async () => {
		const nothing = contextSources({
			settings: readContextSettings({}).settings,
			cluster: { ok: false, problem: "no cluster is configured: KUBECONFIG is not set" },
			ownNamespace: () => "cto",
			fetch,
		});
		const missing = {
			"argocd.application":
				"ARGOCD_SERVER is not set, and for the Application resource: no cluster is configured: KUBECONFIG is not set",
			"argo.workflow": "no cluster is configured: KUBECONFIG is not set",
			"loki.query_range": "LOKI_URL is not set",
			"loki.labels": "LOKI_URL is not set",
			"prometheus.query": "PROMETHEUS_URL is not set",
			"prometheus.query_range": "PROMETHEUS_URL is not set",
			"prometheus.metrics": "PROMETHEUS_URL is not set",
			"grafana.alerts": "GRAFANA_URL is not set",
			"kubernetes.pods": "no cluster is configured: KUBECONFIG is not set",
		};
		expect(await ask(nothing, from)).toMatchObject({ status: "skipped", why: missing[from] });
	});
});

describe("the sources' parameters", () => {
	const sources = sourcesAt("http://127.0.0.1:1");
	it.each([
		["argocd.application", {}, "with: give name or repository"],
		["argocd.application", { repository: "../../session" }, "with.repository: not a repository's owner and name"],
		["argocd.application", { repository: "acme/web", paths: [5] }, "with.paths: "],
		["argocd.application", { repository: "acme/web", paths: Array(1001).fill("a") }, "with.paths: "],
		["loki.labels", { query: "{a=$b}", values: { b: "c" }, since: "2d" }, "more than HEALER_QUERY_RANGE (1d)"],
		["prometheus.query_range", { query: "up", since: "2d" }, "query: it reads back 2d"],
		["prometheus.query_range", { query: "rate(up[23h])", since: "2h" }, "query: it reads back 25h"],
		["prometheus.metrics", { query: "up", since: "25h" }, "query: it reads back 25h"],
		["argocd.application", { name: "../../session" }, "with.name: not a valid name of a Kubernetes object"],
		["argocd.application", { name: "web", namespace: "a/b" }, "with.namespace: not a valid name of a namespace"],
		["argo.workflow", {}, "with: give either name, or labels or selector"],
		["argo.workflow", { name: "a", labels: { a: "b" } }, "with: give either name, or labels or selector"],
		["loki.query_range", { query: "{a=$b}", values: { b: 5 } }, "with.values.b: "],
		["loki.query_range", { query: "{a=$b}", values: { "b c": "x" } }, "with.values.b c: "],
		["loki.query_range", { query: "{a=$b}", since: "half an hour" }, "with.since: give a duration"],
		["loki.query_range", { query: "{a=$b}", since: "99d" }, "with.since: at most 7d"],
		["loki.query_range", { query: "{a=$b}", limit: 5_000 }, "with.limit: "],
		["loki.query_range", { query: "{a=$b}" }, "query: values has no b"],
		["prometheus.query", { query: "up", threshold: 0 }, "with.threshold: "],
		["prometheus.query", { query: 'up{a="$b"}', values: { b: "c" } }, "query: write $b without quotes"],
		["grafana.alerts", { labels: { 'a="b",c': "d" } }, "not a valid name of an alert's label"],
		["kubernetes.pods", {}, "with: give labels or selector"],
		["kubernetes.pods", { labels: { app: "web,tier!=x" } }, "with.labels.app: not a valid value of a label"],
		["kubernetes.pods", { labels: { "app in (a),x": "web" } }, "not a valid name of a label"],
		["kubernetes.pods", { labels: { app: "web" }, namespace: "kube-system" }, "add it to HEALER_CONTEXT_NAMESPACES"],
	] as const)("%s refuses %j: %s", async (from, parameters, why) => {
		const result = await ask(sources, from, { with: parameters });
		expect(result).toMatchObject({ status: "failed", why: expect.stringContaining(why) });
	});
});

function sourcesAt(url: string): ContextSources {
	const { settings, problems } = readContextSettings({
		...{ ARGOCD_SERVER: url, ARGOCD_TOKEN: TOKEN, LOKI_URL: url, LOKI_TOKEN: TOKEN },
		...{ PROMETHEUS_URL: url, PROMETHEUS_TOKEN: TOKEN, GRAFANA_URL: url, GRAFANA_TOKEN: TOKEN },
	});
	expect(problems).toEqual([]);
	const kubeConfig = new KubeConfig();
	kubeConfig.loadFromClusterAndUser({ name: "odd", server: url, skipTLSVerify: true }, { name: "me", token: TOKEN });
	return contextSources({ settings, cluster: ok(kubernetesReader(kubeConfig)), ownNamespace: () => "cto", fetch });
}

async function ask(
	sources: ContextSources,
	from: ClusterSource,
	changes: { readonly with?: Record<string, unknown>; readonly timeout_ms?: number } = {},
) {
	const wanted = [{ name: "part", from, with: ENOUGH[from], timeout_ms: 5_000, ...changes }];
	const bugs: unknown[] = [];
	const { results } = await answerContext(wanted, { sources, clock: systemClock, onBug: (bug) => bugs.push(bug) });
	expect(bugs).toEqual([]);
	const [result] = results;
	if (result === undefined) throw new Error("there is no result");
	return result;
}
