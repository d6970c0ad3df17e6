import type { IRequest } from "itty-router";
import { Router } from "itty-router/Router";
import { actOnIncident } from "./api/act-on-incident.ts";
import { explainDelivery } from "./api/explain-delivery.ts";
import { exportIncidentsApi } from "./api/export-incidents.ts";
import { insightsApi } from "./api/insights/insights-api.ts";
import { listChoicesApi, listIncidentsApi } from "./api/list-incidents.ts";
import { pauseApi, resumeApi } from "./api/pause-and-resume.ts";
import { pushPipeline, rollBackPipeline, showPipeline } from "./api/pipeline-versions.ts";
import { serveAsset, servePage } from "./api/serve-page.ts";
import { showHealth } from "./api/show-health.ts";
import { showIncidentApi } from "./api/show-incident.ts";
import { showStatus } from "./api/show-status.ts";
import type { Env } from "./env.ts";
import { errorResponse } from "./http/responses.ts";
import { receiveGithub } from "./ingest/receive-github.ts";
import { receiveOutcome } from "./ingest/receive-outcome.ts";
import { receiveAlert, receiveCiFailure, receiveEvent } from "./ingest/receive-sensor.ts";
import { explainJournalFault, journalFaultOf } from "./journal/d1-error.ts";
import { createLog } from "./log.ts";

const only = (method: string) => () => errorResponse(405, "method not allowed", { allow: method });

/** Every route of the worker. */
export const router = Router<IRequest, [Env, ExecutionContext]>({ catch: answerFailure })
	.post("/webhooks/github", receiveGithub)
	.all("/webhooks/github", only("POST"))
	.post("/api/remediate/ci-failure", receiveCiFailure)
	.all("/api/remediate/ci-failure", only("POST"))
	.post("/api/remediate/security-alert", receiveAlert)
	.all("/api/remediate/security-alert", only("POST"))
	.post("/api/events/:name", receiveEvent)
	.all("/api/events/:name", only("POST"))
	.post("/api/outcomes", receiveOutcome)
	.all("/api/outcomes", only("POST"))
	.post("/api/incidents/:id/:action", actOnIncident)
	.all("/api/incidents/:id/:action", only("POST"))
	.get("/api/incidents/:id", showIncidentApi)
	.all("/api/incidents/:id", only("GET"))
	.get("/api/incidents", listIncidentsApi)
	.all("/api/incidents", only("GET"))
	.get("/api/choices", listChoicesApi)
	.all("/api/choices", only("GET"))
	.post("/api/explain", explainDelivery)
	.all("/api/explain", only("POST"))
	.get("/api/export", exportIncidentsApi)
	.all("/api/export", only("GET"))
	.get("/api/insights", insightsApi)
	.all("/api/insights", only("GET"))
	.post("/api/pause", pauseApi)
	.delete("/api/pause", resumeApi)
	.all("/api/pause", only("POST, DELETE"))
	.get("/api/pipeline", showPipeline)
	.put("/api/pipeline", pushPipeline)
	.all("/api/pipeline", only("GET, PUT"))
	.post("/api/pipeline/rollback", rollBackPipeline)
	.all("/api/pipeline/rollback", only("POST"))
	.get("/api/status", showStatus)
	.all("/api/status", only("GET"))
	.get("/health", showHealth)
	.all("/health", only("GET"))
	.get("/", servePage)
	.get("/incidents/:id", servePage)
	.get("/hub", servePage)
	.get("/insights", servePage)
	.get("/playground", servePage)
	.get("/assets/:file", serveAsset)
	.all("*", () => errorResponse(404, "not found"));

/** The caller learns whether the journal failed, with the fix; everything else goes only to the log. */
function answerFailure(cause: unknown, request: IRequest): Response {
	createLog().error("request failed", {
		delivery_id: request.headers.get("x-github-delivery"),
		path: new URL(request.url).pathname,
		cause,
	});
	const fault = journalFaultOf(String(cause));
	return fault === undefined ? errorResponse(500, "internal error") : errorResponse(503, explainJournalFault(fault));
}
