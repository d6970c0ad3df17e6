import type { ObservableMiddleware, RequestContext } from "@kubernetes/client-node";
import { MINUTE_MS } from "../../../wire/durations.ts";
import { passed } from "./middleware.ts";

/** Certificates may be rotated while the relay runs: connections with old ones are closed after this time. */
const KEPT_FOR_MS = 5 * MINUTE_MS;

type Pool = NonNullable<ReturnType<RequestContext["getDispatcher"]>>;

/** Reuses the pool of one request for the requests after it. A pool holds no credentials except the TLS ones. */
export function keepConnections(): ObservableMiddleware {
	let kept: { readonly pool: Pool; readonly since: number } | undefined;
	return passed((context) => {
		const made = context.getDispatcher();
		if (made === undefined) return;
		if (kept === undefined || performance.now() - kept.since > KEPT_FOR_MS) {
			// Closing waits for calls in flight.
			void kept?.pool.close();
			kept = { pool: made, since: performance.now() };
			return;
		}
		void made.close();
		context.setDispatcher(kept.pool);
	});
}
