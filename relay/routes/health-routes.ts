import type { Metrics } from "../metrics.ts";
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

/** `GET /metrics`: Prometheus' text format. */
export function metricsRoute({ registry }: Metrics): () => Promise<Response> {
	return async () => new Response(await registry.metrics(), { headers: { "content-type": registry.contentType } });
}
