import type { Cluster } from "../cluster.ts";
import type { ApiClients } from "./api-clients.ts";
import { coderunObjects } from "./coderun-api.ts";
import { leaseClaims } from "./lease-claims.ts";
import { probeReadiness } from "./readiness.ts";

/**
 * One namespace of a Kubernetes cluster as the place where CodeRuns live. Keeps no state in memory: several relays on
 * one namespace answer like one.
 */
export function kubernetesCluster(clients: ApiClients, namespace: string): Cluster {
	return {
		...leaseClaims(clients.leases, namespace),
		...coderunObjects(clients, namespace),
		ready: () => probeReadiness(clients, namespace),
	};
}
