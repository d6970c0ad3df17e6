import { Counter, Histogram, Registry } from "prom-client";
import type { HistogramPart, MetricFamily } from "../wire/open-metrics.ts";

/** A relay's metrics, each in its own registry: several relays can run in one process. */
export interface Metrics {
	readonly registry: Registry;
	readonly requests: Counter<"route" | "status">;
	readonly refusals: Counter<"route" | "reason">;
	readonly results: Counter<"result">;
	readonly seconds: Histogram<"route">;
	readonly outcomes: Counter<"result">;
	readonly ends: Counter<"phase">;
	readonly context: Counter<"from" | "status">;
}

/** Served as 0 from the start: a counter that begins at 1 looks to Prometheus as if nothing had happened. */
const RESULTS = ["created", "exists", "held", "busy", "refused", "unavailable"];

export function createMetrics(): Metrics {
	const registry = new Registry();
	const registers = [registry];
	const metrics: Metrics = {
		registry,
		requests: new Counter({
			name: "healer_relay_requests_total",
			help: "Requests answered, by route and HTTP status.",
			labelNames: ["route", "status"],
			registers,
		}),
		refusals: new Counter({
			name: "healer_relay_refusals_total",
			help: "Messages refused before processing, by route and reason.",
			labelNames: ["route", "reason"],
			registers,
		}),
		results: new Counter({
			name: "healer_relay_spawn_results_total",
			help: "Spawn requests by result.",
			labelNames: ["result"],
			registers,
		}),
		seconds: new Histogram({
			name: "healer_relay_request_seconds",
			help: "Duration of requests, by route.",
			labelNames: ["route"],
			buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
			registers,
		}),
		outcomes: new Counter({
			name: "healer_relay_outcome_posts_total",
			help: "Outcomes posted to the worker, by result.",
			labelNames: ["result"],
			registers,
		}),
		ends: new Counter({
			name: "healer_relay_coderun_ends_total",
			help: "CodeRuns that ended, by phase; NotStarted: no controller started it in time.",
			labelNames: ["phase"],
			registers,
		}),
		context: new Counter({
			name: "healer_relay_context_parts_total",
			help: "Context sources queried, by source and status.",
			labelNames: ["from", "status"],
			registers,
		}),
	};
	for (const result of RESULTS) metrics.results.inc({ result }, 0);
	return metrics;
}

/** What was counted so far. */
export async function readMetrics({ registry }: Metrics): Promise<readonly MetricFamily[]> {
	const read = (await registry.getMetricsAsJSON()) as unknown as readonly ReadMetric[];
	return read.map(({ name, type, help, values }) => ({
		name: name.replace(/_total$/, ""),
		type,
		help,
		samples: values.map(({ metricName = name, labels, value }) => {
			const suffix = metricName.slice(name.length);
			return suffix === "" ? { labels, value } : { labels, value, suffix: suffix as HistogramPart };
		}),
	}));
}

/** A metric as the library gives it. Its declared types lack the names of a histogram's parts, and say that `type` is a number. */
interface ReadMetric {
	readonly name: string;
	readonly type: MetricFamily["type"];
	readonly help: string;
	readonly values: readonly {
		readonly metricName?: string;
		readonly labels: Readonly<Record<string, string | number>>;
		readonly value: number;
	}[];
}
