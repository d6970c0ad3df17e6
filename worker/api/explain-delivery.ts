import * as z from "zod";
import { createEffects } from "../create-effects.ts";
import type { Env } from "../env.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { bodyErrorResponse, errorResponse, jsonResponse } from "../http/responses.ts";
import { createLog } from "../log.ts";
import type { ExplainedDelivery } from "./shapes.ts";

/** A log of 1 MB, and a payload with room to spare. */
const MOST_BYTES = 2 * 1024 * 1024;

const question = z.strictObject({
	event: z.string().regex(/^[a-z0-9_-]{1,100}$/i),
	payload: z.unknown(),
	log: z.string().optional(),
	changed_files: z.array(z.string().min(1).max(4096)).max(3000).optional(),
});

/**
 * `POST /api/explain {event, payload, log?, changed_files?}`: what the active pipeline would decide. Queries, writes and
 * spawns nothing.
 */
export async function explainDelivery(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const body = await readBody(request, MOST_BYTES);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	try {
		const json = parseJson(decodeUtf8(body.bytes));
		const asked = question.safeParse(json.ok ? json.value : undefined);
		if (!asked.success) return errorResponse(400, "the body is JSON: {event, payload, log?, changed_files?}");
		const engine = await createEffects(env, createLog()).engine();
		return jsonResponse(200, (await engine.explain(asked.data)) satisfies ExplainedDelivery);
	} finally {
		body.release();
	}
}
