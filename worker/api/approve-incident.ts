import type { IRequest } from "itty-router";
import * as z from "zod";
import { createEffects } from "../create-effects.ts";
import { approveDecision, whyNotApproved } from "../dispatch/approve-decision.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../http/auth.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { bodyErrorResponse, errorResponse, jsonResponse } from "../http/responses.ts";
import { recordRefusal } from "../journal/approvals.ts";
import { createLog } from "../log.ts";
import { systemClock } from "../runtime/clock.ts";

const MAX_BODY_BYTES = 4096;
const body = z.strictObject({ attempt: z.int().min(1).optional() });

/**
 * `POST /api/incidents/{id}/approve`: `{status, attempt}`, the state afterwards. The body may name the `attempt` that the caller
 * saw. 409 with the reason if it cannot be approved now; that is a line in the audit trail, too.
 */
export async function approveIncident(
	request: IRequest & Request,
	env: Env,
	ctx: ExecutionContext,
	caller: Caller,
): Promise<Response> {
	const id = String(request.params.id);
	const read = await readBody(request, MAX_BODY_BYTES);
	if (!read.ok) return bodyErrorResponse(request, ctx, read.reason);
	const text = decodeUtf8(read.bytes);
	read.release();
	const json = text === "" ? { ok: true as const, value: {} } : parseJson(text);
	const given = json.ok ? body.safeParse(json.value) : undefined;
	if (given?.success !== true) return errorResponse(400, "the body is JSON, and may be left out; it may be {attempt}");

	const effects = createEffects(env, createLog({ incident_id: id }));
	const audit = auditOf(id, caller);
	const done = await approveDecision(effects, id, { by: caller.who, audit }, given.data);
	effects.log.info("approval of an incident", { by: caller.who, ...done });
	if (done.ok) return jsonResponse(200, { status: done.status, attempt: done.attempt });
	if (done.reason === "not_found") return errorResponse(404, "no such incident");
	const why = whyNotApproved(done);
	if (done.reason !== "raced") await recordRefusal(effects.journal, audit, why, effects.now());
	return errorResponse(409, why);
}

/** Somebody without the right to operate tried. */
export async function recordForbiddenApproval(request: IRequest, env: Env, caller: Caller): Promise<void> {
	const entry = auditOf(String(request.params.id), caller);
	await recordRefusal(env.JOURNAL, entry, "the right to operate is missing", systemClock.now());
}

function auditOf(id: string, caller: Caller) {
	return { ...caller, action: "approve", target: id, detail: null } as const;
}
