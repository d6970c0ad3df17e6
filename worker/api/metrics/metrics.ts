import type { MetricFamily } from "../../../wire/open-metrics.ts";
import { TRANSITIONS } from "../../journal/state-machine.ts";
import { DELIVERY_OUTCOMES } from "../../journal/statuses.ts";

/** What is documented of a metric. */
interface Metric {
	readonly type: MetricFamily["type"];
	readonly help: string;
	/** Its only label, with all of its values where they are counted: each is served from the start, as 0. */
	readonly label?: { readonly name: string; readonly values?: readonly string[] };
}

/**
 * Every metric of the worker, by its name, a counter's without `_total`; docs/observability.md has the same table. No label has
 * values from outside: repositories and branches are without limit.
 */
export const METRICS = {
	healer_build_info: { type: "gauge", help: "1, with the version that runs.", label: { name: "version" } },
	healer_deliveries: {
		type: "counter",
		help: "Deliveries from GitHub and sensors, by outcome.",
		label: { name: "outcome", values: DELIVERY_OUTCOMES },
	},
	healer_incident_events: {
		type: "counter",
		help: "Steps in the life of incidents, by event.",
		label: { name: "event", values: Object.keys(TRANSITIONS) },
	},
	healer_errors: { type: "counter", help: "Lines of level error in the worker's log." },
	healer_redelivery_requests: { type: "counter", help: "Redeliveries requested from GitHub." },
	healer_lost_deliveries: { type: "counter", help: "Deliveries that GitHub can no longer redeliver." },
	healer_incident_decision_seconds: {
		type: "histogram",
		help: "From the first delivery of an incident to its first decision.",
	},
	healer_incident_coderun_seconds: {
		type: "histogram",
		help: "From the first delivery of an incident to its first CodeRun.",
	},
	healer_incident_fix_seconds: {
		type: "histogram",
		help: "From the first delivery of an incident, or from its return, until it was fixed.",
	},
	healer_incidents: {
		type: "gauge",
		help: "Incidents that have not ended, by state, up to 10,000 of each.",
		label: { name: "status" },
	},
	healer_unscheduled_incidents: { type: "gauge", help: "Open incidents that nothing is planned for." },
	healer_queue_oldest_due_seconds: { type: "gauge", help: "For how long the oldest due incident has been due." },
	healer_queue_oldest_waiting_seconds: {
		type: "gauge",
		help: "Age of the oldest incident that waits for its CodeRun to be created.",
	},
	healer_pending_redeliveries: {
		type: "gauge",
		help: "Deliveries that failed and have not been recovered.",
	},
	healer_delivery_queue_messages: {
		type: "gauge",
		help: "Deliveries that wait in the queue for the journal.",
	},
	healer_delivery_queue_oldest_seconds: {
		type: "gauge",
		help: "Age of the oldest delivery in that queue.",
	},
	healer_paused: { type: "gauge", help: "1 while a person, or the pipeline, pauses spawning." },
	healer_starts_stalled: { type: "gauge", help: "1 while CodeRuns are created and no controller starts them." },
	healer_journal_up: { type: "gauge", help: "1 if the journal accepts a write as large as a delivery." },
	healer_journal_write_seconds: { type: "gauge", help: "Duration of that write." },
	healer_journal_read_seconds: { type: "gauge", help: "Duration of reading these metrics from the journal." },
	healer_journal_size_bytes: { type: "gauge", help: "Size of the journal's database." },
	healer_github_rate_limit: {
		type: "gauge",
		help: "Requests an hour that GitHub allows the identity with the least left of them.",
	},
	healer_github_rate_limit_remaining: { type: "gauge", help: "Requests that it has left." },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

export const metrics: readonly (Metric & { readonly name: MetricName })[] = Object.entries(METRICS).map(
	([name, metric]) => ({ name: name as MetricName, ...metric }),
);
