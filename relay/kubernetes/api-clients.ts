import {
	CoordinationV1Api,
	CustomObjectsApi,
	createConfiguration,
	type KubeConfig,
	type ObservableMiddleware,
	type RequestContext,
	ServerConfiguration,
} from "@kubernetes/client-node";
import { passed } from "./middleware.ts";

/** What the relay speaks to an API server with. */
export interface ApiClients {
	readonly leases: CoordinationV1Api;
	readonly objects: CustomObjectsApi;
}

/** Certificates may be rotated under a running relay: connections made with old ones are let go by then. */
const KEPT_FOR_MS = 5 * 60_000;

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

type Pool = NonNullable<ReturnType<RequestContext["getDispatcher"]>>;

/** The pool that was made for one request, which holds no credentials but the TLS ones, serves those after it, too. */
function keepConnections(): ObservableMiddleware {
	let kept: { readonly pool: Pool; readonly since: number } | undefined;
	return passed((context) => {
		const made = context.getDispatcher();
		if (made === undefined) return;
		if (kept === undefined || performance.now() - kept.since > KEPT_FOR_MS) {
			// Closing waits for the calls that are under way.
			void kept?.pool.close();
			kept = { pool: made, since: performance.now() };
			return;
		}
		void made.close();
		context.setDispatcher(kept.pool);
	});
}
