import { statSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { fileKind, isShellStream } from "../file-kind.ts";

export type KubeConfigLoading =
	| { readonly ok: true; readonly kubeConfig: KubeConfig }
	| { readonly ok: false; readonly why: string };

/**
 * What `KUBECONFIG` names, else the ServiceAccount of the Pod that this runs in. Nothing else is guessed: a relay that
 * took somebody's own kubeconfig would act with his rights.
 */
export function loadKubeConfig({ KUBECONFIG, KUBERNETES_SERVICE_HOST }: NodeJS.ProcessEnv): KubeConfigLoading {
	const kubeConfig = new KubeConfig();
	try {
		const kind = KUBECONFIG ? fileKind(statSync(KUBECONFIG)) : undefined;
		// The client reads it in this thread, and would wait for somebody who writes into a named pipe.
		if (KUBECONFIG && kind !== "a file" && !isShellStream(KUBECONFIG))
			return { ok: false, why: `KUBECONFIG cannot be read: ${KUBECONFIG} is ${kind}` };
		if (KUBECONFIG) kubeConfig.loadFromFile(KUBECONFIG);
		else if (KUBERNETES_SERVICE_HOST) kubeConfig.loadFromCluster();
		else return { ok: false, why: "there is no cluster: KUBECONFIG is not set, and this is no Pod of a cluster" };
	} catch (error) {
		return { ok: false, why: `KUBECONFIG cannot be read: ${error instanceof Error ? error.message : typeof error}` };
	}
	if (kubeConfig.getCurrentCluster() === null) return { ok: false, why: "KUBECONFIG names no cluster that is in use" };
	return { ok: true, kubeConfig };
}
