import {
	CoordinationV1Api,
	CustomObjectsApi,
	createConfiguration,
	type KubeConfig,
	ServerConfiguration,
} from "@kubernetes/client-node";
import { keepConnections } from "./keep-connections.ts";
import { poolRequests } from "./pool-requests.ts";

/** The clients that the relay uses for the API server. */
export interface ApiClients {
	readonly leases: CoordinationV1Api;
	readonly objects: CustomObjectsApi;
}

/** Clients for one API server that reuse connections. */
export function apiClients(kubeConfig: KubeConfig): ApiClients {
	const cluster = kubeConfig.getCurrentCluster();
	if (cluster === null) throw new Error("the kubeconfig's current context has no cluster");
	const configuration = createConfiguration({
		baseServer: new ServerConfiguration(cluster.server, {}),
		authMethods: { default: keepConnections(kubeConfig) },
		httpApi: poolRequests(),
	});
	return { leases: new CoordinationV1Api(configuration), objects: new CustomObjectsApi(configuration) };
}
