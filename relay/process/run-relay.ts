import { TimedOut, withTimeout } from "../../wire/with-timeout.ts";
import { systemClock } from "../clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { contextSources } from "../context/context-sources.ts";
import { openCluster } from "../context/open-cluster.ts";
import { createRelay } from "../index.ts";
import type { Log } from "../log.ts";
import { reportOutcomes } from "../outcomes/report-outcomes.ts";
import { serveRelay } from "../serve-relay.ts";
import { openSink } from "./open-sink.ts";
import type { RelaySettings } from "./relay-settings.ts";
import type { Sink } from "./sink.ts";

export interface RunInput {
	readonly settings: RelaySettings;
	readonly log: Log;
	/** Resolves when the relay is asked to stop. */
	readonly stop: Promise<unknown>;
}

/** Kubernetes kills a Pod after 30 s (terminationGracePeriodSeconds); requests in flight get most of that. */
const STOP_WITHIN_MS = 25_000;

/**
 * Serves requests and reports outcomes until `stop` resolves. Then it reports not ready, finishes requests in flight,
 * and returns.
 * @throws when it cannot listen, or no cluster is configured.
 */
export async function runRelay({ settings, log, stop }: RunInput): Promise<void> {
	const clock = systemClock;
	const { policy, secrets, url } = settings;
	const sink = await openSink(settings, log);
	let stopping = false;
	const cluster = endingWith(sink.cluster, () => stopping);
	const { enforceMaxActive, finished } = sink;
	const ownNamespace = () => policy.namespace;
	const reader = await openCluster(process.env);
	const context = contextSources({ settings: settings.context, cluster: reader, ownNamespace, fetch });
	const relay = createRelay({ cluster, finished, policy, context, secrets, clock, log, enforceMaxActive });
	const server = await serveRelay(relay, settings);
	const reporting = reportOutcomes({ finished, url, secrets, clock, fetch, log, metrics: relay.metrics });
	log({ level: "info", message: "relay ready", url: server.url, ...sink.naming });

	await stop;
	stopping = true;
	log({ level: "info", message: "relay stopping" });
	await atMost(STOP_WITHIN_MS, Promise.all([server.close(), reporting.stop()]));
	sink.close();
	log({ level: "info", message: "relay stopped" });
}

/** A stopping relay is not ready, so that it gets no new requests. */
function endingWith(cluster: Cluster, stopping: () => boolean): Sink["cluster"] {
	return {
		...cluster,
		ready: async () => (stopping() ? { kind: "unavailable", why: "the relay is stopping" } : cluster.ready()),
	};
}

/** The timer keeps the process alive: the pending work may be a pause that does not. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
	try {
		await withTimeout(() => work, ms);
	} catch (cause) {
		if (!(cause instanceof TimedOut)) throw cause;
	}
}
