import { OPEN_METRICS_CONTENT_TYPE, renderOpenMetrics } from "../../wire/open-metrics.ts";
import { type Metrics, readMetrics } from "../metrics.ts";
import type { RelayTools } from "../relay-tools.ts";

/** `GET /livez`: the process answers. */
export async function livezRoute(): Promise<Response> {
	return new Response("ok\n");
}

/** `GET /readyz`: a CodeRun could be created now. */
export function readyzRoute({ cluster }: RelayTools): () => Promise<Response> {
	return async () => {
		const ready = await cluster.ready();
		return ready.kind === "ready" ? new Response("ok\n") : new Response(`${ready.why}\n`, { status: 503 });
	};
}

/** `GET /metrics`: OpenMetrics, as the worker's. */
export function metricsRoute(metrics: Metrics): () => Promise<Response> {
	return async () => {
		const text = renderOpenMetrics(await readMetrics(metrics));
		return new Response(text, { headers: { "content-type": OPEN_METRICS_CONTENT_TYPE } });
	};
}
