import type { ObservableMiddleware, RequestContext } from "@kubernetes/client-node";
import { passed } from "./middleware.ts";

/** Certificates may be rotated under a running relay: connections made with old ones are let go by then. */
const KEPT_FOR_MS = 5 * 60_000;

type Pool = NonNullable<ReturnType<RequestContext["getDispatcher"]>>;

/** The pool that was made for one request, which holds no credentials but the TLS ones, serves those after it, too. */
export function keepConnections(): ObservableMiddleware {
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
