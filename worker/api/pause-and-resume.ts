import * as z from "zod";
import { createEffects } from "../create-effects.ts";
import { currentPause, endPauses, type Pause } from "../dispatch/gates.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../http/auth.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { bodyErrorResponse, errorResponse, jsonResponse } from "../http/responses.ts";
import { endPause, startPause } from "../journal/pauses.ts";
import { forgetUnstarted } from "../journal/starts.ts";
import { createLog } from "../log.ts";
import { isoOrNull } from "./iso-time.ts";
import type { HubStatus } from "./shapes.ts";

const pauseBody = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() });

/** `POST /api/pause {reason}`: stops all spawning; incidents wait. */
export async function pauseApi(request: Request, env: Env, ctx: ExecutionContext, caller: Caller): Promise<Response> {
	const body = await readBody(request);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	const text = decodeUtf8(body.bytes);
	body.release();
	const json = text === "" ? ({ ok: true, value: {} } as const) : parseJson(text);
	const read = json.ok ? pauseBody.safeParse(json.value) : undefined;
	if (read?.success !== true) return errorResponse(400, "the body is JSON: {reason}, which may be left out");

	const effects = createEffects(env, createLog());
	const reason = read.data.reason ?? null;
	const audit = { ...caller, action: "pause", target: null, detail: reason } as const;
	await startPause(effects.journal, reason, effects.now(), audit);
	effects.log.warn("paused", { reason, by: caller.who });
	return jsonResponse(200, { paused: presentPause(await currentPause(effects)) });
}

/**
 * `DELETE /api/pause`: resumes what was deferred, by a pause or because CodeRuns were not started, unless the pipeline is
 * paused as well.
 */
export async function resumeApi(
	_request: Request,
	env: Env,
	_ctx: ExecutionContext,
	caller: Caller,
): Promise<Response> {
	const effects = createEffects(env, createLog());
	const entry = { ...caller, action: "resume", target: null, detail: null } as const;
	await endPause(effects.journal, { entry, now: effects.now() });
	await forgetUnstarted(effects.journal, effects.now());
	const released = await endPauses(effects);
	effects.log.warn("resumed", { released, by: caller.who });
	return jsonResponse(200, { paused: presentPause(await currentPause(effects)), released });
}

/** As `/api/status` shows it; null without an active pause. */
export function presentPause(pause: Pause | undefined): HubStatus["paused"] {
	if (pause === undefined) return null;
	return { ...pause, since: isoOrNull(pause.since) };
}
