import { VERSION_HEADERS } from "../../wire/version.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";

type Handler = (request: Request) => Promise<Response>;

/** Counts and times a route's answers. A bug is logged and answered with 500 without details. */
export function measured({
	metrics,
	clock,
	log,
}: {
	readonly metrics: Metrics;
	readonly clock: Clock;
	readonly log: Log;
}): (route: string, handler: Handler) => Handler {
	return (route, handler) => async (request) => {
		const started = clock.monotonic();
		const response = await handler(request).catch((error: unknown) => {
			log({ level: "error", message: "request failed", route, cause: error });
			return Response.json({ error: "internal" }, { status: 500 });
		});
		for (const [name, value] of Object.entries(VERSION_HEADERS)) response.headers.set(name, value);
		metrics.seconds.observe({ route }, (clock.monotonic() - started) / 1000);
		metrics.requests.inc({ route, status: response.status });
		return response;
	};
}
