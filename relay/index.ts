import { Router } from "itty-router";
import { measured } from "./http/measured.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { RelayTools } from "./relay-tools.ts";
import { contextRoute } from "./routes/context-route.ts";
import { livezRoute, metricsRoute, readyzRoute } from "./routes/health-routes.ts";
import { spawnRoute } from "./routes/spawn-route.ts";
import { statusRoute } from "./routes/status-route.ts";

export interface Relay {
	readonly fetch: (request: Request) => Promise<Response>;
	readonly metrics: Metrics;
}

/** The relay: a signed request creates at most one CodeRun in its cluster. */
export function createRelay(tools: RelayTools): Relay {
	const metrics = createMetrics();
	const route = measured({ ...tools, metrics });
	const router = Router()
		.post("/v1/spawn", route("spawn", spawnRoute(tools, metrics)))
		.post("/v1/coderuns/status", route("status", statusRoute(tools, metrics)))
		.post("/v1/context", route("context", contextRoute(tools, metrics)))
		.get("/livez", route("livez", livezRoute))
		.get("/readyz", route("readyz", readyzRoute(tools)))
		.get("/metrics", route("metrics", metricsRoute(metrics)))
		.all(
			"*",
			route("unknown", async () => Response.json({ error: "not_found" }, { status: 404 })),
		);
	return { fetch: (request) => router.fetch(request), metrics };
}
