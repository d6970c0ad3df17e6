import type { IRequest } from "itty-router";
import { Router } from "itty-router/Router";
import { actOnIncident } from "./api/act-on-incident.ts";
import { approveIncident, recordForbiddenApproval } from "./api/approve-incident.ts";
import { explainDelivery } from "./api/explain-delivery.ts";
import { exportIncidentsApi } from "./api/export-incidents.ts";
import { insightsApi } from "./api/insights/insights-api.ts";
import { listAuditApi } from "./api/list-audit.ts";
import { listChangesApi } from "./api/list-changes.ts";
import { listFlakesApi } from "./api/list-flakes.ts";
import { listIgnoredApi } from "./api/list-ignored.ts";
import { listChoicesApi, listIncidentsApi } from "./api/list-incidents.ts";
import { listObservedApi } from "./api/list-observed.ts";
import { showMetrics } from "./api/metrics/show-metrics.ts";
import { pauseApi, resumeApi } from "./api/pause-and-resume.ts";
import { pushPipeline, rollBackPipeline, showPipeline } from "./api/pipeline-versions.ts";
import { serveAsset, serveMissing, servePage } from "./api/serve-page.ts";
import { showContextApi } from "./api/show-context.ts";
import { showHealth } from "./api/show-health.ts";
import { showIncidentApi } from "./api/show-incident.ts";
import { showStatus } from "./api/show-status.ts";
import { showViewer } from "./api/show-viewer.ts";
import { testNotifications } from "./api/test-notifications.ts";
import type { Env } from "./env.ts";
import { authorize, type Caller } from "./http/auth.ts";
import { errorResponse, jsonResponse } from "./http/responses.ts";
import type { Right } from "./http/rights.ts";
import { isRight, type Need, type RouteName, routes } from "./http/routes.ts";
import { receiveGithub } from "./ingest/receive-github.ts";
import { receiveOutcome } from "./ingest/receive-outcome.ts";
import { receiveAlert, receiveCiFailure, receiveEvent } from "./ingest/receive-sensor.ts";
import { failedAnswer } from "./ingest/remediation-answer.ts";
import { explainJournalFault, journalFaultOf } from "./journal/d1-error.ts";
import { createLog } from "./log.ts";

type Handler = (
	request: IRequest & Request,
	env: Env,
	ctx: ExecutionContext,
	caller: Caller,
) => Response | Promise<Response>;

/** Serves each route; what it needs is in `http/routes.ts`. */
const HANDLERS: Readonly<Record<RouteName, Handler>> = {
	"POST /webhooks/github": receiveGithub,
	"POST /api/outcomes": receiveOutcome,
	"POST /api/remediate/ci-failure": receiveCiFailure,
	"POST /api/remediate/security-alert": receiveAlert,
	"POST /api/events/:name": receiveEvent,
	"GET /api/incidents": listIncidentsApi,
	"GET /api/incidents/:id": showIncidentApi,
	"GET /api/incidents/:id/context": showContextApi,
	"GET /api/ignored": listIgnoredApi,
	"GET /api/flakes": listFlakesApi,
	"GET /api/observed": listObservedApi,
	"GET /api/changes": listChangesApi,
	"GET /api/choices": listChoicesApi,
	"GET /api/insights": insightsApi,
	"GET /api/status": showStatus,
	"GET /api/pipeline": showPipeline,
	"GET /metrics": showMetrics,
	"POST /api/explain": explainDelivery,
	"POST /api/incidents/:id/approve": approveIncident,
	"POST /api/incidents/:id/:action": actOnIncident,
	"POST /api/pause": pauseApi,
	"DELETE /api/pause": resumeApi,
	"POST /api/notifications/test": testNotifications,
	"PUT /api/pipeline": pushPipeline,
	"POST /api/pipeline/rollback": rollBackPipeline,
	"GET /api/audit": listAuditApi,
	"GET /api/export": exportIncidentsApi,
	"GET /api/viewer": showViewer,
	"GET /health": showHealth,
	"GET /": servePage,
	"GET /incidents/:id": servePage,
	"GET /ignored": servePage,
	"GET /flakes": servePage,
	"GET /observed": servePage,
	"GET /audit": servePage,
	"GET /hub": servePage,
	"GET /insights": servePage,
	"GET /playground": servePage,
	"GET /assets/:file": serveAsset,
};

/** What is done when somebody known tries it without the right. */
const FORBIDDEN: Readonly<Partial<Record<RouteName, typeof recordForbiddenApproval>>> = {
	"POST /api/incidents/:id/approve": recordForbiddenApproval,
};

// The path of nearly every request. A query or another spelling is left to the router.
const WEBHOOK = /^https?:\/\/[^/?#]+\/webhooks\/github$/;

/** Serves a request. GitHub's deliveries skip the router, which reads the whole URL for each. */
export async function serve(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	if (request.method !== "POST" || !WEBHOOK.test(request.url)) return await router.fetch(request, env, ctx);
	try {
		return await receiveGithub(request, env, ctx);
	} catch (cause) {
		return answerFailure(cause, request);
	}
}

/** Every route of the worker, each behind its guard. */
export const router = Router<IRequest, [Env, ExecutionContext]>({ catch: answerFailure });

const METHODS = { GET: "get", POST: "post", PUT: "put", DELETE: "delete" } as const;

for (const [path, onPath] of Map.groupBy(routes, (route) => route.path)) {
	for (const { name, method, need } of onPath)
		router[METHODS[method]](path, guarded(need, HANDLERS[name], FORBIDDEN[name]));
	const allow = onPath.map(({ method }) => method).join(", ");
	router.all(path, () => errorResponse(405, "method not allowed", { allow }));
}
router.all("*", serveMissing);

/** Nobody in particular, where no right is needed. */
const ANYBODY: Caller = { who: "anybody", proof: "loopback", token: null };

/** The handler behind the check of the caller's right. */
function guarded(
	need: Need,
	handler: Handler,
	forbidden: typeof recordForbiddenApproval | undefined,
): (request: IRequest, env: Env, ctx: ExecutionContext) => Promise<Response> {
	return async (given, env, ctx) => {
		const request = given as IRequest & Request;
		if (!isRight(need)) return await handler(request, env, ctx, ANYBODY);
		const authorization = await authorize(request, env, need);
		if (authorization.ok) return await handler(request, env, ctx, authorization.caller);
		if (authorization.status === 403) await forbidden?.(request, env, authorization.caller);
		return refuse(request, need, authorization.status);
	};
}

/** As RFC 6750 section 3 says. A sensor gets the fields of its other answers. */
function refuse(request: IRequest, right: Right, status: 401 | 403): Response {
	const { pathname: path } = new URL(request.url);
	// An open page without a token asks every few seconds.
	const level = status === 401 && request.method === "GET" ? "info" : "warn";
	createLog({ delivery_id: request.headers.get("x-github-delivery") })[level]("request refused", {
		path,
		right,
		status,
	});
	const headers = { "www-authenticate": status === 401 ? "Bearer" : 'Bearer error="insufficient_scope"' };
	const missing = `the right to ${right} is missing (docs/access.md)`;
	if (right !== "sense") return errorResponse(status, status === 401 ? "unauthorized" : missing, headers);
	return jsonResponse(status, failedAnswer(status === 401 ? "wrong or missing bearer token" : missing), headers);
}

/** The caller learns whether the journal failed, with the fix; everything else goes only to the log. */
function answerFailure(cause: unknown, request: Request | IRequest): Response {
	createLog().error("request failed", {
		delivery_id: request.headers.get("x-github-delivery"),
		path: new URL(request.url).pathname,
		cause,
	});
	const fault = journalFaultOf(String(cause));
	return fault === undefined ? errorResponse(500, "internal error") : errorResponse(503, explainJournalFault(fault));
}
