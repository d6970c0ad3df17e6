import { ApiException, CoreV1Api, CustomObjectsApi, type KubeConfig, VersionApi } from "@kubernetes/client-node";
import type { Artefact } from "../../../pipeline/index.ts";
import { readFailure } from "../../../relay/cluster/kubernetes/api-failure.ts";
import { loadKubeConfig } from "../../../relay/cluster/kubernetes/load-kube-config.ts";
import type { Places } from "../../places.ts";
import { type Check, failed, passed, unknown } from "../check-result.ts";
import type { Part } from "../part.ts";
import { checkRelayPolicy } from "./relay-policy.ts";
import { reviewPermissions } from "./review-permissions.ts";

/**
 * What a relay needs from the cluster of `KUBECONFIG`: its namespace, the CodeRun kind, and permissions; and whether the
 * relay that runs there does what the pipeline needs.
 */
export function clusterParts(places: Places, local?: Artefact): readonly Part[] {
	const { kubeconfig, namespace } = places;
	if (kubeconfig === undefined)
		return [{ name: "cluster", check: () => unknown("cluster", "not checked.", "Set KUBECONFIG.") }];
	const loading = loadKubeConfig({ KUBECONFIG: kubeconfig });
	if (!loading.ok) {
		const problem = failed("cluster", `${loading.why}.`, "Fix the file that KUBECONFIG names.");
		return [{ name: "cluster", check: () => problem }];
	}
	const config = loading.kubeConfig;
	const checks = {
		cluster: () => checkServer(config),
		namespace: () => checkNamespace(config, namespace),
		"CodeRun definition": () => checkKind(config),
		permissions: () => reviewPermissions(config, namespace),
		"relay's policy": () => checkRelayPolicy(config, places, local),
	};
	return Object.entries(checks).map(([name, check]) => ({ name, check: () => orReason(name, check) }));
}

/** Without an answer from the API server nothing else is known; the part `cluster` says that it is wrong. */
async function orReason(
	name: string,
	check: () => Promise<Check | readonly Check[]>,
): Promise<Check | readonly Check[]> {
	try {
		return await check();
	} catch (error) {
		const why = `${reasonOf(error)}.`;
		if (name === "cluster")
			return failed(name, why, "Fix that; KUBECONFIG must name a cluster that can be reached from here.");
		return unknown(name, `not checked: ${why}`, "Fix the cluster's access first.");
	}
}

async function checkServer(config: KubeConfig): Promise<Check> {
	const { gitVersion } = await config.makeApiClient(VersionApi).getCode();
	return passed("cluster", `${config.getCurrentCluster()?.server} answers (${gitVersion}).`);
}

async function checkNamespace(config: KubeConfig, name: string): Promise<Check> {
	try {
		await config.makeApiClient(CoreV1Api).readNamespace({ name });
		return passed("namespace", `${name} exists.`);
	} catch (error) {
		switch (error instanceof ApiException ? error.code : undefined) {
			case 404:
				return failed("namespace", `${name} does not exist.`, `Create it: kubectl create namespace ${name}.`);
			case 403:
				return unknown(
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
	return failed(name, "the cluster does not serve coderuns of agents.platform/v1.", cure);
}

function reasonOf(error: unknown): string {
	// The library does not check an answer before it parses it.
	if (error instanceof TypeError && error.cause === undefined) return "the answer was not from the API server";
	const failure = readFailure(error);
	return "why" in failure ? failure.why : `it answered ${failure.kind}`;
}
