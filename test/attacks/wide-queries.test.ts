import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundLogQl, boundPromQl } from "../../relay/context/bound-query.ts";
import { contextSources } from "../../relay/context/context-sources.ts";
import { oddServer } from "../relay/context/odd-server.ts";
import { readContextSettings } from "../support/read-context-settings.ts";
import { servedRelay } from "../support/relay-on-directory.ts";
import { runs } from "../support/tiers/at-size.ts";

/*
 * A wire holder asks the relay for everything that Loki, Prometheus and Grafana hold: the secrets in another team's logs,
 * say. The relay's account there may read it; its own settings say what it passes on.
 */

/** What the servers are asked for one part, as parameters; or the part's reason. */
async function asked(from: string, given: object, env: Record<string, string> = {}): Promise<unknown> {
	const server = await oddServer((_, response) => void response.end("[]"));
	const { settings } = readContextSettings({
		...{ LOKI_URL: server.url, PROMETHEUS_URL: server.url, GRAFANA_URL: server.url },
		...env,
	});
	const cluster = { ok: false, problem: "there is no cluster" } as const;
	const context = contextSources({ settings, cluster, ownNamespace: () => "cto", fetch });
	const relay = await servedRelay({ context });
	const sources = [{ name: "part", from, with: given, timeout_ms: 5_000 }];
	const body = JSON.stringify({ incident_id: "0123456789abcdef0123456789abcdef", sources });
	const response = await relay.post("/v1/context", body);
	const { results }: { results: { why?: string }[] } = JSON.parse(await response.text());
	const queries = server.asked.map(({ url }) => new URL(url ?? "", server.url).searchParams);
	return queries[0]?.getAll(NAMED[from] ?? "query") ?? results[0]?.why;
}

/** The parameter that selects what a source reads. */
const NAMED: Readonly<Record<string, string>> = {
	"grafana.alerts": "filter",
	"loki.labels": "match[]",
	"prometheus.metrics": "match[]",
};

describe("a wire holder's lists of labels and metrics, and its ranges", () => {
	it.each([
		["loki.labels", '{app=~".+"}', '{namespace="cto",app=~".+"}'],
		["loki.labels", '{namespace="payments"}', '{namespace="cto",namespace="payments"}'],
		["prometheus.metrics", '{__name__=~".+"}', '{namespace="cto",__name__=~".+"}'],
		["prometheus.metrics", "up", 'up{namespace="cto"}'],
		["prometheus.query_range", "sum(rate(x[5m]))", 'sum(rate(x{namespace="cto"}[5m]))'],
	])("%s of %s reads only the relay's namespaces", async (from, query, sent) => {
		expect(await asked(from, { query })).toEqual([sent]);
	});

	it.each([
		["loki.labels", '{app="x"},{app="y"}', "query: not understood"],
		["loki.labels", "{}", "query: not understood"],
		["loki.labels", 'count_over_time({app="x"}[1h])', "query: give a query for log lines"],
		["prometheus.metrics", '{a="b"},{c="d"}', "query: not understood"],
		["prometheus.metrics", "up @ 1609746000", "`@` is not allowed"],
		["prometheus.query_range", "x offset 2d", "more than HEALER_QUERY_RANGE (1d)"],
	])("%s of %j is refused: %s", async (from, query, why) => {
		expect(await asked(from, { query })).toContain(why);
	});
});

describe("a wire holder's LogQL", () => {
	it.each([
		['{app=~".+"}', '{namespace="cto",app=~".+"}'],
		['{namespace="payments"}', '{namespace="cto",namespace="payments"}'],
		['{namespace=~".*"} |~ "password"', '{namespace="cto",namespace=~".*"} |~ "password"'],
		['({app="x"} | json | line_format "{{.y}}")', '({namespace="cto",app="x"} | json | line_format "{{.y}}")'],
		['{app="{a=\\"b\\"}"} # }', '{namespace="cto",app="{a=\\"b\\"}"}  '],
		['{app=`"`} |= `{`', '{namespace="cto",app=`"`} |= `{`'],
		['{app="x"} | label_format namespace="cto"', '{namespace="cto",app="x"} | label_format namespace="cto"'],
	])("%s reads only the relay's namespaces", async (query, sent) => {
		expect(await asked("loki.query_range", { query })).toEqual([sent]);
	});

	it.each([
		["{}", "query: not understood"],
		['{app="x"} or {app="y"}', "query: give a query for log lines"],
		['{app="x" or app="y"}', "query: not understood"],
		['{app="x"}{app="y"}', "query: not understood"],
		['{app="x"', "query: not understood"],
		["{app='x'}", "query: "],
		['{app="x"}\u2028{app="y"}', "outside of quotes only ASCII"],
		['{app="x"}\r# "\n{app="y"}', "outside of quotes only ASCII"],
		['sum(count_over_time({app=~".+"}[365d]))', "query: give a query for log lines, without functions"],
		['sum(rate({app="a"}[5m])) or sum(rate({app="b"}[5m]))', "query: give a query for log lines"],
		['variants(count_over_time({a="b"}[5m])) of ({c="d"}[5m])', "query: not understood"],
		["vector(1)", "query: give a query for log lines"],
	])("%j is refused: %s", async (query, why) => {
		expect(await asked("loki.query_range", { query })).toContain(why);
	});

	it("reaches no further back, and returns no more lines, than the relay allows", async () => {
		const query = '{app="x"}';
		const wide = "since: 7d is more than HEALER_QUERY_RANGE (1d)";
		expect(await asked("loki.query_range", { query, since: "7d" })).toBe(wide);
		const narrow = { HEALER_QUERY_RANGE: "10m", HEALER_QUERY_LIMIT: "20" };
		const asMany = { query, since: "5m" };
		expect(await asked("loki.query_range", { ...asMany, limit: 50 }, narrow)).toBe(
			"limit: 50 is more than HEALER_QUERY_LIMIT (20)",
		);
		expect(await asked("loki.query_range", { ...asMany, limit: 20 }, narrow)).toEqual(['{namespace="cto",app="x"}']);
	});
});

describe("a wire holder's PromQL", () => {
	it.each([
		["up", 'up{namespace="cto"}'],
		['{__name__=~".+"}', '{namespace="cto",__name__=~".+"}'],
		["sum(up{})", 'sum(up{namespace="cto"})'],
		['up{namespace="payments",}', 'up{namespace="cto",namespace="payments",}'],
		['{"up", x="y"}', '{namespace="cto","up", x="y"}'],
		["a or b unless on(x) c", 'a{namespace="cto"} or b{namespace="cto"} unless on(x) c{namespace="cto"}'],
		["sum by (namespace) (rate(x[5m]))", 'sum by (namespace) (rate(x{namespace="cto"}[5m]))'],
		["sum", 'sum{namespace="cto"}'],
		['up # "\r or y #"', 'up{namespace="cto"}  '],
		["max_over_time(rate(x[5m])[1h:1m]) # y", 'max_over_time(rate(x{namespace="cto"}[5m])[1h:1m])  '],
		['label_replace(x, "namespace", "cto", "", "")', 'label_replace(x{namespace="cto"}, "namespace", "cto", "", "")'],
		["m:r offset 1h > bool 2", 'm:r{namespace="cto"} offset 1h > bool 2'],
		["x{a='{'} + on() y", 'x{namespace="cto",a=\'{\'} + on() y{namespace="cto"}'],
	])("%s reads only the relay's namespaces", async (query, sent) => {
		expect(await asked("prometheus.query", { query })).toEqual([sent]);
	});

	it.each([
		['up{a="b" or c="d"}', "query: not understood"],
		["up @ 1609746000", "`@` is not allowed"],
		["rate(x[5m] @ start())", "`@` is not allowed"],
		["info(up)", "the function info is not allowed"],
		["sum(x) + rate(y[365d])", "reads back 8761h, more than HEALER_QUERY_RANGE (1d)"],
		["x offset 2d", "reads back 49h, more than HEALER_QUERY_RANGE (1d)"],
		["x offset -2d", "reads back 49h, more than HEALER_QUERY_RANGE (1d)"],
		["max_over_time(rate(x[12h])[12h:1m] offset 12h)", "more than HEALER_QUERY_RANGE (1d)"],
		["rate(x[172800])", "reads back 49h, more than HEALER_QUERY_RANGE (1d)"],
		["rate(x[12h + 24h])", "write each duration as one"],
		["rate(x[range()])", "query: "],
		["max_over_time(x[20h:1s])", "a subquery has too many steps"],
		["WITH (x = up) x", "query: not understood"],
		["up{}\u00a0or y", "outside of quotes only ASCII"],
		["on", "query: not understood"],
	])("%s is refused: %s", async (query, why) => {
		expect(await asked("prometheus.query", { query })).toContain(why);
	});

	it("is evaluated no further back than the relay allows", async () => {
		const env = { HEALER_QUERY_RANGE: "10m" };
		expect(await asked("prometheus.query", { query: "x", before: "1h" }, env)).toBe(
			"query: it reads back 1h, more than HEALER_QUERY_RANGE (10m)",
		);
	});
});

describe("the relay's own settings", () => {
	it.each([
		[{ HEALER_CONTEXT_NAMESPACES: "argocd, shop" }, 'up{namespace=~"cto|argocd|shop"}'],
		[{ HEALER_QUERY_NAMESPACES: "shop" }, 'up{namespace="shop"}'],
		[{ HEALER_QUERY_LABEL: "k8s_namespace_name" }, 'up{k8s_namespace_name="cto"}'],
		[{ HEALER_QUERY_NAMESPACES: "*" }, "up"],
	])("%j decide which namespaces are read", async (env, sent) => {
		expect(await asked("prometheus.query", { query: "up" }, env)).toEqual([sent]);
	});

	it("bind Grafana's alerts as well", async () => {
		expect(await asked("grafana.alerts", { labels: { namespace: "payments" } })).toEqual([
			'namespace=~"cto"',
			'namespace="payments"',
		]);
	});
});

describe("any text", () => {
	const bounds = { label: "ns", namespaces: () => ["own"], rangeMs: 86_400_000, limit: 200 };
	const unit = fc.constantFrom(
		...[
			"a",
			"{",
			"}",
			'b="c"',
			"=~",
			'".+"',
			"=",
			",",
			"(",
			")",
			" or ",
			" and ",
			"sum",
			" by ",
			"[5m]",
			"|",
			"|=",
			"#",
		],
		...["\n", '"', "'", "`", "\\", " offset 1m", "{a}", '{b="c"}', "rate", "json", "@", ":", "!", "ns", "\r", "é"],
	);

	it("is refused, or selects only what the relay allows: every brace outside of quotes begins with its matcher", () => {
		let bounded = 0;
		fc.assert(
			fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
				for (const result of [boundLogQl(text, bounds), boundPromQl(text, 0, bounds)]) {
					if (!result.ok) continue;
					bounded++;
					const code = result.value.replaceAll('ns="own"', "MATCHER").replace(/"[^"]*"|'[^']*'|`[^`]*`/g, "''");
					expect(code.match(/\{(?!MATCHER[,}])/g)).toBeNull();
				}
			}),
			{ numRuns: runs(20_000), examples: [["a"], ['{b="c"}'], ["{\n}"]] },
		);
		expect(bounded).toBeGreaterThan(1);
	});
});
