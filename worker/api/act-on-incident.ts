import type { IRequest } from "itty-router";
import { createEffects } from "../create-effects.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../http/auth.ts";
import { errorResponse, jsonResponse } from "../http/responses.ts";
import type { AuditEntry } from "../journal/audit.ts";
import { createLog } from "../log.ts";
import { type ManualAction, releaseIncident, retryRemediation, stopRemediation } from "../remediation/actions.ts";

const ACTIONS = {
	release: releaseIncident,
	retry: retryRemediation,
	stop: stopRemediation,
} as const satisfies Record<
	string,
	(effects: Effects, id: string, by: string, audit: AuditEntry) => Promise<ManualAction>
>;

function isAction(name: unknown): name is keyof typeof ACTIONS {
	return typeof name === "string" && Object.hasOwn(ACTIONS, name);
}

/**
 * `POST /api/incidents/{id}/release`, `/retry`, `/stop`: `{status, attempt}`, the state afterwards. 409 if the action does
 * not apply in the incident's state.
 */
export async function actOnIncident(
	request: IRequest & Request,
	env: Env,
	_ctx: ExecutionContext,
	caller: Caller,
): Promise<Response> {
	const { action } = request.params;
	const id = String(request.params.id);
	if (!isAction(action)) return errorResponse(404, "not found");
	const effects = createEffects(env, createLog({ incident_id: id }));
	const done = await ACTIONS[action](effects, id, caller.who, { ...caller, action, target: id, detail: null });
	effects.log.info("manual action on an incident", { action, by: caller.who, ...done });
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
