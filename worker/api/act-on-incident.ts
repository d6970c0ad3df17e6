import type { IRequest } from "itty-router";
import * as z from "zod";
import { createEffects } from "../create-effects.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../http/auth.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { bodyErrorResponse, errorResponse, jsonResponse } from "../http/responses.ts";
import { createLog } from "../log.ts";
import { type ManualAction, releaseIncident, retryRemediation, stopRemediation } from "../remediation/actions.ts";
import { reassignRemediation } from "../remediation/reassign.ts";

const ACTIONS = { release: releaseIncident, retry: retryRemediation, stop: stopRemediation } as const;
type ActionName = keyof typeof ACTIONS;

function isAction(name: unknown): name is ActionName {
	return typeof name === "string" && Object.hasOwn(ACTIONS, name);
}

const MAX_BODY_BYTES = 4096;
const BODY_PROBLEM = "the body is JSON, and may be left out; of retry it may be {agent}, of stop {reason}";
const actionBody = {
	release: z.strictObject({}),
	retry: z.strictObject({ agent: z.string().max(63).optional() }),
	stop: z.strictObject({ reason: z.string().trim().min(1).max(500).optional() }),
};

/**
 * `POST /api/incidents/{id}/release`, `/retry`, `/stop`: `{status, attempt}`, the state afterwards. `/retry {agent}` gives the
 * incident to that agent, also while another one has it; the `reason` of `/stop` is for timeline and audit trail. 400 if the pipeline has no such agent, 409 if the action does not
 * apply in the incident's state.
 */
export async function actOnIncident(
	request: IRequest & Request,
	env: Env,
	ctx: ExecutionContext,
	caller: Caller,
): Promise<Response> {
	const { action } = request.params;
	const id = String(request.params.id);
	if (!isAction(action)) return errorResponse(404, "not found");
	const body = await readBody(request, MAX_BODY_BYTES);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	const given = readGiven(action, decodeUtf8(body.bytes));
	body.release();
	if (given === undefined) return errorResponse(400, BODY_PROBLEM);
	const { agent, reason } = given;

	const effects = createEffects(env, createLog({ incident_id: id }));
	if (agent !== undefined) {
		const { agents } = await effects.engine();
		if (!agents.includes(agent)) return errorResponse(400, `there is no such agent; there are ${agents.join(", ")}`);
	}
	const done = await act(effects, id, { action, agent, reason }, caller);
	effects.log.info("manual action on an incident", { action, agent, by: caller.who, ...done });
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

interface Given {
	readonly agent?: string | undefined;
	readonly reason?: string | undefined;
}

/** What the body says; undefined if it is not what the action takes. */
function readGiven(action: ActionName, text: string | undefined): Given | undefined {
	if (text === "") return {};
	const json = parseJson(text);
	const read = json.ok ? actionBody[action].safeParse(json.value) : undefined;
	return read?.success === true ? read.data : undefined;
}

async function act(
	effects: Effects,
	id: string,
	{ action, agent, reason }: Given & { readonly action: ActionName },
	caller: Caller,
): Promise<ManualAction> {
	const audit = { ...caller, action, target: id, detail: agent ?? reason ?? null };
	if (agent !== undefined) return await reassignRemediation(effects, id, { agent, by: caller.who, audit });
	const why = reason === undefined ? "" : `: ${reason}`;
	return await ACTIONS[action](effects, id, `${caller.who}${why}`, audit);
}
