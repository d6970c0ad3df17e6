import { MAX_STATUS_BYTES } from "../../wire/limits.ts";
import { statusRequestSchema } from "../../wire/status.ts";
import { readSigned, refusalResponse } from "../http/read-signed.ts";
import type { Metrics } from "../metrics.ts";
import { coderunStatus } from "../outcomes/coderun-status.ts";
import type { RelayTools } from "../relay-tools.ts";
import { unavailableResponse } from "./unavailable-response.ts";

/** `POST /v1/coderuns/status`: the state of one attempt's CodeRun. Read-only. */
export function statusRoute(tools: RelayTools, metrics: Metrics): (request: Request) => Promise<Response> {
	return async (request) => {
		const reading = await readSigned(request, { ...tools, limit: MAX_STATUS_BYTES, schema: statusRequestSchema });
		if (!reading.ok) {
			metrics.refusals.inc({ route: "status", reason: reading.reason });
			const { reason, id, detail } = reading;
			tools.log({ level: "warn", message: "status request refused", reason, webhook_id: id, detail });
			return refusalResponse(reading);
		}
		const { incident_id, attempt } = reading.value;
		const answer = await coderunStatus(reading.value, tools);
		const state =
			answer.kind === "status" ? { state: answer.status.state } : { state: answer.kind, reason: answer.why };
		tools.log({ level: "info", message: "CodeRun status answered", incident_id, attempt, ...state });
		return answer.kind === "status" ? Response.json(answer.status) : unavailableResponse(answer);
	};
}
