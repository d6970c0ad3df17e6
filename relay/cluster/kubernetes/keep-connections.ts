import { type KubeConfig, RequestContext, type SecurityAuthentication } from "@kubernetes/client-node";
import { MINUTE_MS } from "../../../wire/durations.ts";

/** Certificates may be rotated while the relay runs: connections with old ones are closed after this time. */
const POOL_KEPT_FOR_MS = 5 * MINUTE_MS;
/** Files and tokens may be, too: they are read again after this time. */
const CREDENTIALS_KEPT_FOR_MS = 1_000;

type Pool = NonNullable<ReturnType<RequestContext["getDispatcher"]>>;

interface Kept {
	readonly headers: Readonly<Record<string, string>>;
	readonly pool: Pool | undefined;
	readonly since: number;
}

/**
 * A kubeconfig's credentials and connections, kept for the requests that follow. By itself the library reads the
 * certificates and opens a new TLS connection for every request.
 */
export function keepConnections(kubeConfig: KubeConfig): SecurityAuthentication {
	const poolOf = keepPool();
	let kept: Kept | undefined;
	return {
		getName: () => kubeConfig.getName(),
		async applySecurityAuthentication(context) {
			const since = performance.now();
			if (kept === undefined || since - kept.since > CREDENTIALS_KEPT_FOR_MS) {
				const { headers, made } = await credentialsOf(kubeConfig, context);
				kept = { headers, pool: made && poolOf(made), since };
			}
			for (const [name, value] of Object.entries(kept.headers)) context.setHeaderParam(name, value);
			if (kept.pool !== undefined) context.setDispatcher(kept.pool);
		},
	};
}

async function credentialsOf(kubeConfig: KubeConfig, context: RequestContext) {
	const alone = new RequestContext(context.getUrl(), context.getHttpMethod());
	await kubeConfig.applySecurityAuthentication(alone);
	return { headers: alone.getHeaders(), made: alone.getDispatcher() };
}

/** The first pool that was made, for as long as it is kept. A pool holds no credentials except the TLS ones. */
function keepPool(): (made: Pool) => Pool {
	let kept: { readonly pool: Pool; readonly since: number } | undefined;
	return (made) => {
		if (kept !== undefined && performance.now() - kept.since <= POOL_KEPT_FOR_MS) {
			void made.close();
			return kept.pool;
		}
		// Closing waits for calls in flight.
		void kept?.pool.close();
		kept = { pool: made, since: performance.now() };
		return made;
	};
}
