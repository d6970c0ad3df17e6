import { type ContextWireResponse, contextRequestSchema } from "../../wire/context.ts";
import { MAX_CONTEXT_BYTES } from "../../wire/limits.ts";
import { readSigned, refusalResponse } from "../http/read-signed.ts";
import type { Metrics } from "../metrics.ts";
import type { RelayTools } from "../relay-tools.ts";

/** `POST /v1/context`: one result for each in-cluster source asked for. No source is built yet, and each says so. */
export function contextRoute(tools: RelayTools, metrics: Metrics): (request: Request) => Promise<Response> {
	return async (request) => {
		const reading = await readSigned(request, { ...tools, limit: MAX_CONTEXT_BYTES, schema: contextRequestSchema });
		if (!reading.ok) {
			metrics.refusals.inc({ route: "context", reason: reading.reason });
			const { reason, id, detail } = reading;
			tools.log({ level: "warn", event: "context_refused", reason, webhook_id: id, detail });
			return refusalResponse(reading);
		}
		const results = reading.value.sources.map(
			({ name, from }) => ({ name, from, took_ms: 0, status: "skipped", why: "not configured" }) as const,
		);
		return Response.json({ results } satisfies ContextWireResponse);
	};
}
