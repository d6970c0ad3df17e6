import type { IRequest } from "itty-router";
import type { Explanation } from "../../pipeline/explanation.ts";
import { renderStages } from "../../pipeline/index.ts";
import type { Env } from "../env.ts";
import { mayRead } from "../http/access.ts";
import { answer, answerText, refuse } from "../http/answer.ts";
import type { AttemptRow } from "../journal/attempt-row.ts";
import { type DeliveryRow, showIncident } from "../journal/show-incident.ts";
import { presentIncident } from "./present-incident.ts";

/**
 * `GET /api/incidents/{id}`: the list's fields, and why: explanation, context, attempts, deliveries. To who accepts
 * `text/plain` alone, the explanation as `healer explain` writes it.
 */
export async function showIncidentApi(request: IRequest & Request, env: Env): Promise<Response> {
	if (!(await mayRead(request, env))) return refuse(401, "unauthorized", { "www-authenticate": "Bearer" });
	const shown = await showIncident(env.JOURNAL, String(request.params.id));
	if (shown === undefined) return refuse(404, "no such incident");
	const { incident: row } = shown;
	const explanation: Explanation = JSON.parse(row.explanation);
	if (/^text\/plain\b/.test(request.headers.get("accept") ?? "")) {
		return answerText([`pipeline ${explanation.pipeline ?? row.pipeline}`, ...renderStages(explanation.stages), ""]);
	}
	return answer(200, {
		...presentIncident(row),
		kind: row.kind,
		attempt: row.attempt,
		waits_for: row.waits_for,
		next_try_at: isoOrNull(row.next_try_at),
		updated_at: isoOrNull(row.updated_at),
		pipeline: row.pipeline,
		identity: row.identity,
		incident: JSON.parse(row.incident),
		explanation,
		context: row.context === null ? null : JSON.parse(row.context),
		attempts: shown.attempts.map(presentAttempt),
		deliveries: shown.deliveries.map(presentDelivery),
	});
}

function presentAttempt(row: AttemptRow): Record<string, unknown> {
	return {
		attempt: row.attempt,
		agent: row.agent,
		coderun_name: row.coderun_name,
		outcome: row.outcome,
		failure_type: row.failure_type,
		rule: row.rule,
		decided_at: isoOrNull(row.decided_at),
		pull_request_url: row.pull_request_url,
		message: row.message,
		started_at: row.started_at,
		finished_at: row.finished_at,
	};
}

function presentDelivery(row: DeliveryRow): Record<string, unknown> {
	return { delivery_id: row.delivery_id, event: row.event, received_at: isoOrNull(row.received_at) };
}

function isoOrNull(ms: number | null): string | null {
	return ms === null ? null : new Date(ms).toISOString();
}
