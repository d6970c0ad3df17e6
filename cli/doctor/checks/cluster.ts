import { ApiException, CoreV1Api, CustomObjectsApi, type KubeConfig } from "@kubernetes/client-node";
import { readFailure } from "../../../relay/cluster/kubernetes/api-failure.ts";
import { loadKubeConfig } from "../../../relay/cluster/kubernetes/load-kube-config.ts";
import type { Places } from "../../places.ts";
import { type Check, missing, passed, skipped } from "../check-result.ts";
import { reviewPermissions } from "./review-permissions.ts";

/** What a relay needs from the cluster of `KUBECONFIG`: its namespace, the CodeRun kind, and permissions. */
export async function checkCluster({ kubeconfig, namespace }: Places): Promise<readonly Check[]> {
	if (kubeconfig === undefined) return [skipped("cluster", "not checked.", "Set KUBECONFIG.")];
	const loading = loadKubeConfig({ KUBECONFIG: kubeconfig });
	if (!loading.ok) return [missing("cluster", `${loading.why}.`, "Fix the file that KUBECONFIG names.")];
	const config = loading.kubeConfig;
	try {
		return [
			await checkNamespace(config, namespace),
			await checkKind(config),
			await reviewPermissions(config, namespace),
		];
	} catch (error) {
		const cure = "Fix that and run doctor again; KUBECONFIG must name a cluster that can be reached from here.";
		return [missing("cluster", `${reasonOf(error)}.`, cure)];
	}
}

async function checkNamespace(config: KubeConfig, name: string): Promise<Check> {
	try {
		await config.makeApiClient(CoreV1Api).readNamespace({ name });
		return passed("namespace", `${name} exists.`);
	} catch (error) {
		switch (error instanceof ApiException ? error.code : undefined) {
			case 404:
				return missing("namespace", `${name} does not exist.`, `Create it: kubectl create namespace ${name}.`);
			case 403:
				return skipped(
					"namespace",
					"this account may not read namespaces.",
					"Set KUBECONFIG to one of an account that may.",
				);
			default:
				throw error;
		}
	}
}

/** Uses discovery, which everybody may read: reading the definition itself needs an administrator. */
async function checkKind(config: KubeConfig): Promise<Check> {
	const name = "CodeRun definition";
	const cure = "Install the controller's, or kubectl apply -f deploy/crd/coderun-crd.yaml.";
	try {
		const kind = { group: "agents.platform", version: "v1" };
		const { resources } = await config.makeApiClient(CustomObjectsApi).getAPIResources(kind);
		if (resources.some((resource) => resource.name === "coderuns"))
			return passed(name, "agents.platform/v1 is served.");
	} catch (error) {
		if (!(error instanceof ApiException) || error.code !== 404) throw error;
	}
	return missing(name, "the cluster does not serve coderuns of agents.platform/v1.", cure);
}

function reasonOf(error: unknown): string {
	// The library does not check an answer before it parses it.
	if (error instanceof TypeError && error.cause === undefined) return "the answer was not from the API server";
	const failure = readFailure(error);
	return "why" in failure ? failure.why : `it answered ${failure.kind}`;
}
