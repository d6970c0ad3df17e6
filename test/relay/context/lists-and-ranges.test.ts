import { describe, expect, it } from "vitest";
import { answerContext } from "../../../relay/context/answer-context.ts";
import { contextSources } from "../../../relay/context/context-sources.ts";
import type { ClusterSource } from "../../../wire/context.ts";
import { readContextSettings } from "../../support/read-context-settings.ts";
import { oddServer } from "./odd-server.ts";

const NOW = Date.parse("2026-01-02T03:30:00Z");

/** What a relay says of one source whose server answers this, and what the server was asked. */
async function ask(from: ClusterSource, parameters: object, answer: object) {
	const server = await oddServer((_, response) => {
		response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
	});
	const { settings } = readContextSettings({ LOKI_URL: server.url, PROMETHEUS_URL: server.url });
	const cluster = { ok: false, problem: "there is no cluster" } as const;
	const sources = contextSources({ settings, cluster, ownNamespace: () => "cto", fetch });
	const clock = { now: () => NOW, monotonic: () => 0 };
	const wanted = [{ name: "part", from, with: { ...parameters }, timeout_ms: 5_000 }];
	const onBug = (bug: unknown) => {
		throw bug;
	};
	const { results } = await answerContext(wanted, { sources, clock: clock as never, onBug });
	const { name: _name, from: _from, took_ms: _took, ...result } = results[0] ?? {};
	const [asked] = server.asked.map(({ url }) => new URL(url ?? "", "http://server"));
	return { result, path: asked?.pathname, query: Object.fromEntries(asked?.searchParams ?? []) };
}

describe("prometheus.query_range", () => {
	const points = Array.from({ length: 13 }, (_, n) => [NOW / 1000 - 1800 + n * 150, String(n < 8 ? 0 : n / 3)]);

	it("shows how each series went", async () => {
		const series = [
			{ metric: { __name__: "errors", pod: 'web"1' }, values: points },
			{ metric: {}, values: [[NOW / 1000, "NaN"]] },
			{ metric: { pod: "idle" }, values: [] },
		];
		const answer = { status: "success", data: { resultType: "matrix", result: series } };
		const values = { pods: "web" };
		const asked = await ask("prometheus.query_range", { query: "errors{pod=$pods}", values, since: "30m" }, answer);
		expect(asked).toEqual({
			path: "/api/v1/query_range",
			query: {
				query: 'errors{namespace="cto",pod="web"}',
				start: "1767322800",
				end: "1767324600",
				step: "150",
			},
			result: {
				status: "ok",
				data: {
					series: [
						'errors{pod="web\\"1"}, 2026-01-02T03:00:00.000Z to 2026-01-02T03:30:00.000Z: 0 0 0 0 0 0 0 0 2.667 3 3.333 3.667 4',
						"{}, 2026-01-02T03:30:00.000Z to 2026-01-02T03:30:00.000Z: NaN",
					],
				},
			},
		});
	});

	it("shows twenty series, and takes nothing but a matrix", async () => {
		const result = Array.from({ length: 23 }, (_, n) => ({ metric: { n: String(n) }, values: points.slice(0, 1) }));
		const many = await ask("prometheus.query_range", { query: "up" }, { data: { resultType: "matrix", result } });
		expect(many.result).toMatchObject({ status: "ok", data: { series: { length: 21, 20: "and 3 more" } } });
		const none = await ask("prometheus.query_range", { query: "up" }, { data: { resultType: "matrix", result: [] } });
		expect(none.result).toEqual({ status: "empty" });
		const other = await ask("prometheus.query_range", { query: "up" }, { data: { resultType: "vector", result: [] } });
		expect(other.result).toEqual({
			status: "failed",
			why: "Prometheus sent an unexpected answer: data.resultType",
		});
	});
});

describe("prometheus.metrics", () => {
	it("lists the names of the selected series' metrics", async () => {
		const parameters = { query: "{app=$app}", values: { app: 'web"} or up{' }, since: "10m" };
		expect(await ask("prometheus.metrics", parameters, { data: ["http_requests_total", "up"] })).toEqual({
			path: "/api/v1/label/__name__/values",
			query: {
				"match[]": '{namespace="cto",app="web\\"} or up{"}',
				start: "1767324000",
				end: "1767324600",
				limit: "201",
			},
			result: { status: "ok", data: { metrics: ["http_requests_total", "up"] } },
		});
	});

	it("says so when there are more, or none", async () => {
		const data = Array.from({ length: 201 }, (_, n) => `metric_${n}`);
		const many = await ask("prometheus.metrics", { query: "{app='a'}" }, { data });
		expect(many.result).toMatchObject({
			data: { metrics: { length: 200 } },
			incomplete: "only the first 200 metrics are listed",
		});
		expect((await ask("prometheus.metrics", { query: "up" }, { data: [] })).result).toEqual({ status: "empty" });
	});
});

describe("loki.labels", () => {
	it("lists the labels of the selected streams with their values", async () => {
		const data = [
			{ app: "web", pod: "web-2" },
			{ app: "web", pod: "web-1", level: "error\nfatal" },
		];
		const parameters = { query: "{app=$app}", values: { app: "web" } };
		expect(await ask("loki.labels", parameters, { status: "success", data })).toEqual({
			path: "/loki/api/v1/series",
			query: {
				"match[]": '{namespace="cto",app="web"}',
				start: "1767321000000000000",
				end: "1767324600000000000",
			},
			result: { status: "ok", data: { labels: ["app: web", "level: error\\nfatal", "pod: web-1, web-2"] } },
		});
	});

	it("cuts long lists, and is empty without streams", async () => {
		const data = Array.from({ length: 40 }, (_, n) => ({
			pod: `web-${String(n).padStart(2, "0")}`,
			[`label_${n}`]: "x",
		}));
		const { result } = await ask("loki.labels", { query: "{app='a'}".replaceAll("'", '"') }, { data });
		expect(result).toMatchObject({ data: { labels: { length: 31, 30: "and 11 more labels" } } });
		const pods = await ask("loki.labels", { query: '{app="a"}' }, { data: data.map(({ pod }) => ({ pod })) });
		expect(JSON.stringify(pods.result)).toContain("web-29, and 10 more");
		expect((await ask("loki.labels", { query: '{app="a"}' }, { data: null })).result).toEqual({ status: "empty" });
	});
});
