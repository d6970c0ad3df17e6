import { systemClock } from "../clock.ts";
import { apiClients } from "../cluster/kubernetes/api-clients.ts";
import { kubernetesCluster } from "../cluster/kubernetes/kubernetes-cluster.ts";
import { loadKubeConfig } from "../cluster/kubernetes/load-kube-config.ts";
import { finishedObjects } from "../cluster/kubernetes/outcomes/finished-objects.ts";
import { keepSweeping } from "../cluster/kubernetes/sweep-leases.ts";
import type { Log } from "../log.ts";
import type { Sink, SinkSettings } from "./sink.ts";

/**
 * One namespace of the cluster that the environment names.
 * @throws when none is configured.
 */
export function kubernetesSink(settings: SinkSettings, log: Log): Sink {
	const loading = loadKubeConfig(process.env);
	if (!loading.ok) throw new Error(loading.why);
	const { kubeConfig } = loading;
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
