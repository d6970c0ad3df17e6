/** Whether the environment names a cluster: by a kubeconfig, or because this runs in a Pod. */
export function namesCluster({ KUBECONFIG, KUBERNETES_SERVICE_HOST }: NodeJS.ProcessEnv): boolean {
	return Boolean(KUBECONFIG || KUBERNETES_SERVICE_HOST);
}

export const NO_CLUSTER = "no cluster is configured: KUBECONFIG is not set, and this does not run in a Pod";
