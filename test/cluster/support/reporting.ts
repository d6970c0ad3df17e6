import type { KubeConfig } from "@kubernetes/client-node";
import { onTestFinished } from "vitest";
import { type Clock, systemClock } from "../../../relay/clock.ts";
import { apiClients } from "../../../relay/cluster/kubernetes/api-clients.ts";
import { finishedObjects } from "../../../relay/cluster/kubernetes/outcomes/finished-objects.ts";
import type { LogEntry } from "../../../relay/log.ts";
import { createMetrics } from "../../../relay/metrics.ts";
import { type Reporting, reportOutcomes } from "../../../relay/outcomes/report-outcomes.ts";
import { SECRETS } from "./stand-in-worker.ts";

/** The reporting half of a relay, in this process. */
export function startReporting(
	kubeConfig: KubeConfig,
	namespace: string,
	url: string,
	changes: {
		readonly clock?: Clock;
		readonly deadline_s?: number;
		readonly deleteOverdue?: boolean;
		readonly log?: (entry: LogEntry) => void;
	} = {},
): Reporting {
	// Only the part that reads CodeRuns has another clock: the worker's is the system's.
	const { clock = systemClock, deleteOverdue = true, deadline_s, log = () => {} } = changes;
	const clients = apiClients(kubeConfig);
	const reporting = reportOutcomes({
		finished: finishedObjects({ kubeConfig, clients, namespace, clock, log, deadline_s, deleteOverdue }),
		url,
		secrets: SECRETS,
		clock: systemClock,
		fetch,
		log,
		metrics: createMetrics(),
		pollMs: 100,
	});
	onTestFinished(() => reporting.stop());
	return reporting;
}
