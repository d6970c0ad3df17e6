import { fail, ok, type Result } from "../../wire/result.ts";
import { NO_CLUSTER, namesCluster } from "../cluster/kubernetes/names-cluster.ts";
import type { KubernetesReader } from "./kubernetes-reader.ts";

/** Opens the cluster that the environment names, for reading, or says why there is none. Loads the Kubernetes client only for one. */
export async function openCluster(env: NodeJS.ProcessEnv): Promise<Result<KubernetesReader>> {
	if (!namesCluster(env)) return fail(NO_CLUSTER);
	const { loadKubeConfig } = await import("../cluster/kubernetes/load-kube-config.ts");
	const { kubernetesReader } = await import("./kubernetes-reader.ts");
	const loading = loadKubeConfig(env);
	return loading.ok ? ok(kubernetesReader(loading.kubeConfig)) : fail(loading.why);
}
