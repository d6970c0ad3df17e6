import { MAX_OUTCOME_BYTES } from "../../wire/limits.ts";
import { readMessage } from "../../wire/message.ts";
import { outcomeMessageId, outcomeSchema, type WireOutcome } from "../../wire/outcome.ts";
import { REFUSAL_STATUS, type RefusalReason } from "../../wire/refusal.ts";
import { readSecrets } from "../../wire/secret.ts";
import { verifyMessage } from "../../wire/signature.ts";
import { VERSION_HEADERS } from "../../wire/version.ts";
import { createEffects } from "../create-effects.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { decodeUtf8, readBody } from "../http/body.ts";
import { bodyErrorResponse, errorResponse, jsonResponse } from "../http/responses.ts";
import { createLog } from "../log.ts";
import { reconcile } from "../remediation/reconcile.ts";
import { takeOutcome, wakeBlocked } from "../remediation/record-outcome.ts";

/**
 * `POST /api/outcomes`: the relay reports how a CodeRun ended (docs/remediation.md). Idempotent; another body under the same
 * webhook-id is refused.
 */
export async function receiveOutcome(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const response = await receiveMessage(request, env, ctx);
	for (const [name, value] of Object.entries(VERSION_HEADERS)) response.headers.set(name, value);
	return response;
}

async function receiveMessage(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const effects = createEffects(env, createLog({ delivery_id: request.headers.get("webhook-id")?.slice(0, 200) }));
	const body = await readBody(request, MAX_OUTCOME_BYTES);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	body.release();

	const text = decodeUtf8(body.bytes);
	if (text === undefined) return refuseMessage(effects, "not_json", "the body is not UTF-8");
	const secrets = readSecrets(env.HEALER_WIRE_SECRETS ?? "");
	const verdict = verifyMessage(secrets, request.headers, text, effects.now() / 1000);
	if (!verdict.ok) return refuseMessage(effects, verdict.reason, "the signature was not accepted");

	const read = readMessage<WireOutcome>(outcomeSchema, text);
	if (!read.ok) return refuseMessage(effects, read.reason, read.detail);
	const outcome = read.value;
	if (verdict.id !== outcomeMessageId(outcome.incident_id, outcome.attempt)) {
		return refuseMessage(effects, "wrong_id", "the webhook-id belongs to another attempt");
	}
	const locked = await takeOutcome(effects, outcome, text);
	switch (locked.status) {
		case "recorded":
			await followOutcome(effects, outcome.incident_id);
			ctx.waitUntil(wakeBlocked(effects, locked.attempt));
			return jsonResponse(200, { status: "recorded" });
		case "known":
			return jsonResponse(200, { status: "known" });
		case "replayed":
			return refuseMessage(effects, "replayed", "the outcome of this attempt is already recorded");
		case "unknown_attempt":
			return errorResponse(404, "no such attempt");
		default:
			return locked satisfies never;
	}
}

/** The outcome is in the journal and its incident is due: if this fails, the sweep processes it. */
async function followOutcome(effects: Effects, incident_id: string): Promise<void> {
	try {
		await reconcile(effects, incident_id);
	} catch (cause) {
		effects.log.error("processing the outcome failed", { incident_id, cause });
	}
}

function refuseMessage(effects: Effects, reason: RefusalReason, detail: string): Response {
	effects.log.warn("outcome refused", { reason, detail });
	return errorResponse(REFUSAL_STATUS[reason], reason);
}
