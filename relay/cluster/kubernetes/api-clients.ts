import {
	CoordinationV1Api,
	CustomObjectsApi,
	createConfiguration,
	type KubeConfig,
	ServerConfiguration,
} from "@kubernetes/client-node";
import { keepConnections } from "./keep-connections.ts";

/** What the relay speaks to an API server with. */
export interface ApiClients {
	readonly leases: CoordinationV1Api;
	readonly objects: CustomObjectsApi;
}

/**
 * Clients for one API server that keep their connections. The library itself makes a new pool, and so a new TLS
 * handshake, for every single call.
 */
export function apiClients(kubeConfig: KubeConfig): ApiClients {
	const cluster = kubeConfig.getCurrentCluster();
	if (cluster === null) throw new Error("the kubeconfig names no cluster that is in use");
	const configuration = createConfiguration({
		baseServer: new ServerConfiguration(cluster.server, {}),
		authMethods: { default: kubeConfig },
		middleware: [keepConnections()],
	});
	return { leases: new CoordinationV1Api(configuration), objects: new CustomObjectsApi(configuration) };
}
