import type { MetricFamily, Sample } from "../../../wire/open-metrics.ts";
import { OWN_VERSION } from "../../../wire/version.ts";
import { BUCKETS } from "../../journal/count-steps.ts";
import type { CounterRow } from "../../journal/counters.ts";
import type { Measurement } from "../../journal/measure.ts";
import { type MetricName, metrics } from "./metrics.ts";

/** What is measured at one moment. Undefined parts could not be measured, and have no samples. */
export interface Measured {
	/** Milliseconds since 1970. */
	readonly now: number;
	readonly journal:
		| (Measurement & { readonly read_ms: number; readonly isPaused: boolean; readonly isStalled: boolean })
		| undefined;
	/** How long the journal took for a write; undefined if it does not accept one. */
	readonly write_ms: number | undefined;
	/** Deliveries that wait for the journal; undefined without a queue for them. */
	readonly queue: { readonly waiting: number; readonly oldest_at: number | null } | undefined;
}

type Samples = Readonly<Partial<Record<MetricName, readonly Sample[]>>>;

/** The families of `GET /metrics`, each of `METRICS` once. */
export function familiesOf(measured: Measured): readonly MetricFamily[] {
	const samples: Samples = { ...samplesOfJournal(measured), ...samplesBesides(measured) };
	return metrics.map(({ name, type, help }) => ({ name, type, help, samples: samples[name] ?? [] }));
}

function samplesBesides({ write_ms, queue, now }: Measured): Samples {
	return {
		healer_build_info: [{ labels: { version: OWN_VERSION.version }, value: 1 }],
		healer_journal_up: one(write_ms === undefined ? 0 : 1),
		...(write_ms !== undefined && { healer_journal_write_seconds: one(write_ms / 1000) }),
		...(queue !== undefined && {
			healer_delivery_queue_messages: one(queue.waiting),
			healer_delivery_queue_oldest_seconds: one(ageOf(queue.oldest_at, now)),
		}),
	};
}

function samplesOfJournal({ journal, now }: Measured): Samples {
	if (journal === undefined) return {};
	const { rate_limit, counters } = journal;
	return {
		...Object.fromEntries(metrics.map((metric) => [metric.name, counted(counters, metric)])),
		healer_incidents: journal.open.map(({ status, count }) => ({ labels: { status }, value: count })),
		healer_unscheduled_incidents: one(journal.unscheduled),
		healer_queue_oldest_due_seconds: one(ageOf(journal.oldest_due_at, now)),
		healer_queue_oldest_waiting_seconds: one(ageOf(journal.oldest_waiting_at, now)),
		healer_pending_redeliveries: one(journal.pending_redeliveries),
		healer_paused: one(Number(journal.isPaused)),
		healer_starts_stalled: one(Number(journal.isStalled)),
		healer_journal_read_seconds: one(journal.read_ms / 1000),
		healer_journal_size_bytes: one(journal.size_bytes),
		...(rate_limit !== undefined && {
			healer_github_rate_limit: one(rate_limit.most),
			healer_github_rate_limit_remaining: one(rate_limit.remaining),
		}),
	};
}

function counted(rows: readonly CounterRow[], { name, type, label }: (typeof metrics)[number]): readonly Sample[] {
	const value = (of: string) => rows.find((row) => row.name === name && row.label === of)?.value ?? 0;
	if (type === "histogram") return histogram(BUCKETS[name as keyof typeof BUCKETS], value);
	if (type !== "counter") return [];
	if (label?.values === undefined) return one(value(""));
	return label.values.map((of) => ({ labels: { [label.name]: of }, value: value(of) }));
}

/** The journal counts each bucket by itself; a histogram's bucket counts everything up to its bound. */
function histogram(bounds: readonly number[], value: (label: string) => number): readonly Sample[] {
	let count = 0;
	const buckets = [...bounds, "+Inf" as const].map((le) => {
		count += value(String(le));
		return { suffix: "_bucket", labels: { le }, value: count } as const;
	});
	return [...buckets, { suffix: "_count", value: count }, { suffix: "_sum", value: value("sum") / 1000 }];
}

function one(value: number): readonly Sample[] {
	return [{ value }];
}

/** In seconds; 0 of what does not exist, or lies ahead. */
function ageOf(at: number | null, now: number): number {
	return at === null ? 0 : Math.max(0, now - at) / 1000;
}
