import { contextRequestSchema } from "../../wire/context.ts";
import { MAX_CONTEXT_BYTES } from "../../wire/limits.ts";
import { answerContext } from "../context/answer-context.ts";
import { readSigned, refusalResponse } from "../http/read-signed.ts";
import type { Metrics } from "../metrics.ts";
import type { RelayTools } from "../relay-tools.ts";

/** `POST /v1/context`: one result for each requested in-cluster source, gathered concurrently. */
export function contextRoute(tools: RelayTools, metrics: Metrics): (request: Request) => Promise<Response> {
	const { log, clock, context: sources } = tools;
	return async (request) => {
		const reading = await readSigned(request, { ...tools, limit: MAX_CONTEXT_BYTES, schema: contextRequestSchema });
		if (!reading.ok) {
			metrics.refusals.inc({ route: "context", reason: reading.reason });
			const { reason, id, detail } = reading;
			log({ level: "warn", message: "context request refused", reason, webhook_id: id, detail });
			return refusalResponse(reading);
		}
		const { incident_id, sources: requested } = reading.value;
		const onBug = (error: unknown) => {
			log({ level: "error", message: "request failed", route: "context", incident_id, cause: error });
		};
		const answer = await answerContext(requested, { sources, clock, onBug });
		for (const result of answer.results) {
			const { name, from, status, took_ms } = result;
			metrics.context.inc({ from, status });
			const reason = "why" in result ? { reason: result.why } : {};
			log({ level: "info", message: "context source answered", incident_id, name, from, status, took_ms, ...reason });
		}
		return Response.json(answer);
	};
}
