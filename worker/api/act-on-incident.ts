import type { IRequest } from "itty-router";
import { createEffects } from "../create-effects.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { authenticateWriter } from "../http/auth.ts";
import { errorResponse, jsonResponse, unauthorized } from "../http/responses.ts";
import { createLog } from "../log.ts";
import { type ManualAction, releaseIncident, retryRemediation, stopRemediation } from "../remediation/actions.ts";

const ACTIONS = {
	release: releaseIncident,
	retry: retryRemediation,
	stop: stopRemediation,
} as const satisfies Record<string, (effects: Effects, id: string, by: string) => Promise<ManualAction>>;

/**
 * `POST /api/incidents/{id}/release`, `/retry`, `/stop`: `{status, attempt}`, the state afterwards. By token, or from the
 * page. 409 if the action does not apply in the incident's state.
 */
export async function actOnIncident(request: IRequest & Request, env: Env): Promise<Response> {
	const by = await authenticateWriter(request, env);
	if (by === undefined) return unauthorized();
	const { id, action } = request.params;
	const act = Object.entries(ACTIONS).find(([name]) => name === action)?.[1];
	if (act === undefined) return errorResponse(404, "not found");
	const effects = createEffects(env, createLog({ incident_id: id }));
	const done = await act(effects, String(id), by);
	effects.log.info("manual action on an incident", { action, by, ...done });
	if (done.ok) return jsonResponse(200, { status: done.status, attempt: done.attempt });
	switch (done.reason) {
		case "not_found":
			return errorResponse(404, "no such incident");
		case "not_now":
			return errorResponse(409, `there is nothing to ${action} while it is ${done.status}`);
		case "raced":
			return errorResponse(409, "The incident changed concurrently; reload");
		default:
			return done satisfies never;
	}
}
