import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorRate } from "../../../pipeline/context.ts";
import { startPrometheus } from "../servers/prometheus.ts";
import type { RunningServer } from "../servers/running-server.ts";
import { askSource, BRANCHES } from "./support.ts";

const HOUR_S = 3_600;
const STEP_S = 30;

describe("prometheus.query, from a real Prometheus", () => {
	let prometheus: RunningServer;
	beforeAll(async () => {
		prometheus = await startPrometheus(history(Math.floor(Date.now() / 1000)));
	}, 120_000);
	afterAll(() => prometheus.stop());
	const ask = (parameters: Readonly<Record<string, unknown>>) =>
		askSource("prometheus.query", parameters, {
			env: { PROMETHEUS_URL: prometheus.url, HEALER_QUERY_NAMESPACES: "*" },
		});

	it.each([
		["level", { namespace: "spiking" }, {}, { now: 50, before: 10, spike: true }],
		["level", { namespace: "spiking" }, { threshold: 5 }, { now: 50, before: 10, spike: false }],
		["level", { namespace: "spiking" }, { floor: 50 }, { now: 50, before: 10, spike: false }],
		["level", { namespace: "steady" }, {}, { now: 20, before: 20, spike: false }],
		["level", { namespace: "new" }, {}, { now: 7, before: 0, spike: true }],
		["level", { namespace: "gone" }, {}, { now: 0, before: 9, spike: false }],
	])("finds %s in %j with %j: %j", async (metric, values, more, rate: ErrorRate) => {
		const query = `sum(${metric}{namespace=$namespace})`;
		expect(await ask({ query, values, ...more })).toEqual({ status: "ok", data: rate });
	});

	it("reads a counter's rate as the shipped query does", async () => {
		const query = 'sum(rate(requests_total{namespace="cto",code=~"5.."}[5m]))';
		expect(await ask({ query })).toEqual({
			status: "ok",
			data: { now: expect.closeTo(4, 5), before: expect.closeTo(1, 5), spike: true },
		});
		expect(await ask({ query, before: "10m" })).toMatchObject({ data: { spike: false } });
	});

	it("is empty without samples, and treats a ratio of nothing as no sample", async () => {
		expect(await ask({ query: "sum(nothing)" })).toEqual({ status: "empty" });
		expect(await ask({ query: 'level{namespace="steady"} * 0 / 0' })).toEqual({ status: "empty" });
		expect(await ask({ query: "scalar(vector(3))" })).toEqual({
			status: "ok",
			data: { now: 3, before: 3, spike: false },
		});
	});

	it.each([
		["sum(level", /^query: not understood at ""$/],
		["sum(level[5m])", /^Prometheus answered 400: .*parse error/],
		["level", /^the query returns \d+ series: sum them, or select one$/],
		['level{namespace="steady"} / 0', /^the query returns no number$/],
		["level[5m]", /^Prometheus sent an unexpected answer: data\.resultType$/],
		['label_replace(level, "a", "b", "c", $x)', /^query: values has no x$/],
	])("reports the problem with %j", async (query, why) => {
		expect(await ask({ query })).toEqual({ status: "failed", why: expect.stringMatching(why) });
	});

	// Every other namespace has other values.
	it.each([
		["sum(level)", 20],
		["max(level)", 20],
		['sum({__name__=~"level.*"})', 20],
		['sum({__name__="level",namespace=~".+"})', 20],
		["count(level)", 1],
		['sum(level{namespace="spiking"}) or vector(0)', 0],
		['sum(level{namespace!="steady"}) or vector(0)', 0],
		["sum(level or on() level)", 20],
		["max(max_over_time(level[30m]))", 20],
		["max(max_over_time(level[30m:1m]))", 20],
		["max(level offset 10m)", 20],
		['sum(label_replace(level, "namespace", "spiking", "", ""))', 20],
		["sum(by_branch) or vector(0)", 0],
		["sum(level{a='{', b!=`\"`}) or vector(0)", 0],
		["sum (level) # or sum(by_branch)", 20],
	])("%s reads only the relay's namespace", async (query, now) => {
		const env = { PROMETHEUS_URL: prometheus.url };
		const answer = await askSource("prometheus.query", { query, before: "1m" }, { env, own: "steady" });
		expect(answer).toMatchObject({ status: "ok", data: { now } });
	});

	describe("a branch in a query", () => {
		it.each([...BRANCHES.entries()])("finds only its own series (%i: %j)", async (at, branch) => {
			for (const operator of ["=", "=~"]) {
				const query = `sum(by_branch{branch${operator}$branch})`;
				expect(await ask({ query, values: { branch } })).toMatchObject({ data: { now: at + 1 } });
			}
		});

		it("is never read as anything else, whatever it is", async () => {
			const hostile = fc.oneof(
				fc.string({ unit: "binary", maxLength: 40 }),
				fc.string({ unit: fc.constantFrom(..."\"'`\\{}[]()=~!|,#$\n\r\0 .*+a"), maxLength: 20 }),
			);
			await fc.assert(
				fc.asyncProperty(hostile, async (text) => {
					// Prefixed with something that none of the series has.
					const branch = `none${text}`;
					const equal = await ask({ query: "sum(by_branch{branch=$branch})", values: { branch } });
					const regex = await ask({ query: "sum(by_branch{branch=~$branch})", values: { branch } });
					expect([equal, regex]).toEqual(
						text.isWellFormed()
							? [{ status: "empty" }, { status: "empty" }]
							: [expect.objectContaining({ status: "failed" }), expect.objectContaining({ status: "failed" })],
					);
				}),
				{ numRuns: 150 },
			);
		});
	});
});

/** Two hours of samples up to now. */
function history(now: number): string {
	const times = Array.from({ length: (2 * HOUR_S) / STEP_S + 1 }, (_, at) => now - 2 * HOUR_S + at * STEP_S);
	const series = (name: string, labels: Record<string, string>, value: (at: number) => number | undefined) => {
		const pairs = Object.entries(labels).map(([label, text]) => `${label}="${openMetricsText(text)}"`);
		return times.flatMap((time) => {
			const sample = value(time);
			return sample === undefined ? [] : [`${name}{${pairs.join(",")}} ${sample} ${time}`];
		});
	};
	const recent = (time: number) => time > now - HOUR_S / 2;
	// 1 a second, and 4 in the last half hour.
	const errors = (time: number) => time - now + 2 * HOUR_S + (recent(time) ? 3 * (time - now + HOUR_S / 2) : 0);
	return [
		"# TYPE level gauge",
		...series("level", { namespace: "spiking" }, (time) => (recent(time) ? 50 : 10)),
		...series("level", { namespace: "steady" }, () => 20),
		...series("level", { namespace: "new" }, (time) => (recent(time) ? 7 : undefined)),
		...series("level", { namespace: "gone" }, (time) => (recent(time) ? undefined : 9)),
		"# TYPE by_branch gauge",
		...BRANCHES.flatMap((branch, at) => series("by_branch", { branch }, () => at + 1)),
		"# TYPE requests counter",
		...series("requests_total", { namespace: "cto", code: "500" }, errors),
		...series("requests_total", { namespace: "other", code: "500" }, (time) => 100 * (time - now + 2 * HOUR_S)),
		...series("requests_total", { namespace: "cto", code: "200" }, (time) => 100 * (time - now + 2 * HOUR_S)),
		"# EOF\n",
	].join("\n");
}

/** https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md, "escaped-string". */
function openMetricsText(text: string): string {
	return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
