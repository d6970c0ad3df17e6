import * as z from "zod";
import { createEffects } from "../create-effects.ts";
import { currentPause, endPauses, type Pause } from "../dispatch/gates.ts";
import type { Env } from "../env.ts";
import { hasToken } from "../http/auth.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { bodyErrorResponse, errorResponse, jsonResponse } from "../http/responses.ts";
import { endPause, startPause } from "../journal/pauses.ts";
import { createLog } from "../log.ts";
import { isoOrNull } from "./iso-time.ts";
import type { HubStatus } from "./shapes.ts";

const pauseBody = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() });

/** `POST /api/pause {reason}` (bearer token): stops all spawning; incidents wait. */
export async function pauseApi(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	if (!(await hasToken(request, env))) return unauthorized();
	const body = await readBody(request);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	const text = decodeUtf8(body.bytes);
	body.release();
	const json = text === "" ? ({ ok: true, value: {} } as const) : parseJson(text);
	const read = json.ok ? pauseBody.safeParse(json.value) : undefined;
	if (read?.success !== true) return errorResponse(400, "the body is JSON: {reason}, which may be left out");

	const effects = createEffects(env, createLog());
	await startPause(effects.journal, read.data.reason ?? null, effects.now());
	effects.log.warn("paused", { reason: read.data.reason ?? null });
	return jsonResponse(200, { paused: presentPause(await currentPause(effects)) });
}

/** `DELETE /api/pause` (bearer token): resumes what was deferred, unless the pipeline is paused as well. */
export async function resumeApi(request: Request, env: Env): Promise<Response> {
	if (!(await hasToken(request, env))) return unauthorized();
	const effects = createEffects(env, createLog());
	await endPause(effects.journal);
	const released = await endPauses(effects);
	effects.log.warn("resumed", { released });
	return jsonResponse(200, { paused: presentPause(await currentPause(effects)), released });
}

/** As `/api/status` shows it; null without an active pause. */
export function presentPause(pause: Pause | undefined): HubStatus["paused"] {
	if (pause === undefined) return null;
	return { ...pause, since: isoOrNull(pause.since) };
}

function unauthorized(): Response {
	return errorResponse(401, "unauthorized", { "www-authenticate": "Bearer" });
}
