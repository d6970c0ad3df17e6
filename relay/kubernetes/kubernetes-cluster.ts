import { CoordinationV1Api, CustomObjectsApi, type KubeConfig } from "@kubernetes/client-node";
import type { Cluster } from "../cluster.ts";
import { coderunObjects } from "./coderun-objects.ts";
import { leaseClaims } from "./lease-claims.ts";

/**
 * One namespace of a Kubernetes cluster as the place where CodeRuns live. Nothing is kept in memory: several relays on
 * one namespace give the same answers as one.
 */
export function kubernetesCluster(kubeConfig: KubeConfig, namespace: string): Cluster {
	const coderuns = coderunObjects(kubeConfig.makeApiClient(CustomObjectsApi), namespace);
	return {
		...leaseClaims(kubeConfig.makeApiClient(CoordinationV1Api), namespace),
		...coderuns,
		async ready() {
			// Tells of a missing namespace, CRD or permission as well as of an API server that does not answer.
			const listed = await coderuns.listUnfinished("readiness");
			return listed.kind === "listed" ? { kind: "ready" } : listed;
		},
	};
}
