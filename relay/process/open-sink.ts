import type { KubeConfig } from "@kubernetes/client-node";
import { type Clock, systemClock } from "../clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { directoryCluster } from "../cluster/directory/directory-cluster.ts";
import { finishedFiles } from "../cluster/directory/finished-files.ts";
import type { FinishedCodeRuns } from "../cluster/finished-coderuns.ts";
import { apiClients } from "../cluster/kubernetes/api-clients.ts";
import { kubernetesCluster } from "../cluster/kubernetes/kubernetes-cluster.ts";
import { loadKubeConfig } from "../cluster/kubernetes/load-kube-config.ts";
import { finishedObjects } from "../cluster/kubernetes/outcomes/finished-objects.ts";
import { keepSweeping } from "../cluster/kubernetes/sweep-leases.ts";
import type { Log } from "../log.ts";
import type { RelaySettings } from "./relay-settings.ts";

/** Where CodeRuns are created, and where their ends are observed. */
export interface Sink {
	readonly cluster: Cluster;
	readonly finished: FinishedCodeRuns;
	/** Off in a directory: nothing runs CodeRuns there, so none would ever end. */
	readonly enforceMaxActive: boolean;
	/** Fields for the log. */
	readonly naming: Readonly<Record<string, string>>;
	close(): void;
}

export type SinkSettings = Pick<RelaySettings, "sink" | "policy" | "deadline_s" | "deleteOverdue">;

/** @throws when the folder cannot be created, or no cluster is configured. */
export async function openSink(settings: SinkSettings, log: Log, clock: Clock = systemClock): Promise<Sink> {
	switch (settings.sink.kind) {
		case "directory":
			return directorySink(settings.sink.state, clock);
		case "kubernetes": {
			const loading = loadKubeConfig(process.env);
			if (!loading.ok) throw new Error(loading.why);
			return kubernetesSink(loading.kubeConfig, settings, log);
		}
		default:
			return settings.sink satisfies never;
	}
}

async function directorySink(state: string, clock: Clock): Promise<Sink> {
	return {
		cluster: await directoryCluster(state, clock),
		finished: finishedFiles(state),
		enforceMaxActive: false,
		naming: { sink: "directory", state },
		close: () => {},
	};
}

/** One namespace of the cluster in `kubeConfig`. */
function kubernetesSink(kubeConfig: KubeConfig, settings: SinkSettings, log: Log): Sink {
	const { policy, deadline_s, deleteOverdue } = settings;
	const { namespace } = policy;
	const clients = apiClients(kubeConfig);
	const clock = systemClock;
	const stopSweeping = keepSweeping({ clients, namespace, clock, log });
	return {
		cluster: kubernetesCluster(clients, namespace),
		finished: finishedObjects({ kubeConfig, clients, namespace, clock, log, deadline_s, deleteOverdue }),
		enforceMaxActive: true,
		naming: { sink: "kubernetes", namespace },
		close: stopSweeping,
	};
}
