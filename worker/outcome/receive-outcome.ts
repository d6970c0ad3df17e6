import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { redactData } from "../../pipeline/redaction/redact-data.ts";
import { MAX_OUTCOME_BYTES } from "../../wire/limits.ts";
import { readMessage } from "../../wire/message.ts";
import { outcomeMessageId, outcomeSchema, type WireOutcome } from "../../wire/outcome.ts";
import { REFUSAL_STATUS, type RefusalReason } from "../../wire/refusal.ts";
import { readSecrets } from "../../wire/secret.ts";
import { verifyMessage } from "../../wire/signature.ts";
import { VERSION_HEADERS } from "../../wire/version.ts";
import { createEffects, type Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { answer, refuse } from "../http/answer.ts";
import { decodeUtf8 } from "../http/parse-json.ts";
import { readBody } from "../http/read-body.ts";
import { refuseBody } from "../http/refuse-body.ts";
import { agentTarget, claimTarget } from "../incident/wait-targets.ts";
import type { AttemptRow } from "../journal/attempt-row.ts";
import { findAttempt } from "../journal/find-attempt.ts";
import { findIncident } from "../journal/find-incident.ts";
import { recordOutcome } from "../journal/record-outcome.ts";
import { readStored } from "../journal/stored-json.ts";
import { wakeWaiting } from "../journal/wake-waiting.ts";
import { createLog, messageOf } from "../log.ts";
import { settleRemediation } from "../remediation/settle-remediation.ts";
import { pullRequestNumber } from "./pull-request-number.ts";

/**
 * `POST /api/outcomes`: the relay tells how a CodeRun ended (DESIGN section 6). Told twice it changes nothing; another
 * body under the same webhook-id is refused.
 */
export async function receiveOutcome(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const response = await receiveMessage(request, env, ctx);
	for (const [name, value] of Object.entries(VERSION_HEADERS)) response.headers.set(name, value);
	return response;
}

async function receiveMessage(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const effects = createEffects(env, createLog({ delivery_id: request.headers.get("webhook-id")?.slice(0, 200) }));
	const body = await readBody(request, MAX_OUTCOME_BYTES);
	if (!body.ok) return refuseBody(request, ctx, body.reason);
	body.release();

	const text = decodeUtf8(body.bytes);
	if (text === undefined) return refuseMessage(effects, "not_json", "the body is not UTF-8");
	const secrets = readSecrets(env.HEALER_WIRE_SECRETS ?? "");
	const verdict = verifyMessage(secrets, request.headers, text, effects.now() / 1000);
	if (!verdict.ok) return refuseMessage(effects, verdict.reason, "the signature was not accepted");

	const read = readMessage<WireOutcome>(outcomeSchema, text);
	if (!read.ok) return refuseMessage(effects, read.reason, read.detail);
	// What the agent said of itself is kept and shown; the digest is of what was sent.
	const outcome = redactData(read.value);
	if (verdict.id !== outcomeMessageId(outcome.incident_id, outcome.attempt)) {
		return refuseMessage(effects, "wrong_id", "the webhook-id is another attempt's");
	}
	return await record(effects, outcome, bytesToHex(sha256(body.bytes)), ctx);
}

async function record(
	effects: Effects,
	outcome: WireOutcome,
	digest: string,
	ctx: ExecutionContext,
): Promise<Response> {
	const { incident_id, attempt } = outcome;
	const stored = await findAttempt(effects.journal, incident_id, attempt);
	if (stored === undefined || stored.coderun_name !== outcome.coderun_name) {
		effects.log.warn("an outcome of no known attempt", { incident_id, attempt, coderun_name: outcome.coderun_name });
		return refuse(404, "no such attempt");
	}
	if (stored.outcome_digest === digest) return answer(200, { status: "known" });
	if (stored.outcome_digest !== null) return refuseMessage(effects, "replayed", "this attempt's outcome is known");

	const now = effects.now();
	const { repository = "" } = (await findIncident(effects.journal, incident_id)) ?? {};
	const pull_request = pullRequestNumber(outcome.pull_request_url, repository);
	await recordOutcome(effects.journal, outcome, { digest, pull_request, now });
	effects.log.info("outcome recorded", { incident_id, attempt, phase: outcome.phase });
	await followOutcome(effects, incident_id);
	ctx.waitUntil(wakeThoseBehind(effects, stored, now));
	return answer(200, { status: "recorded" });
}

/** The outcome is in the journal, and its incident is due: what cannot follow from it now, the sweep does. */
async function followOutcome(effects: Effects, incident_id: string): Promise<void> {
	try {
		await settleRemediation(effects, incident_id);
	} catch (cause) {
		effects.log.error("what follows from an outcome could not be done", { incident_id, cause: messageOf(cause) });
	}
}

/** What the CodeRun held is free, or soon: the oldest that waits for each looks again. */
async function wakeThoseBehind(effects: Effects, attempt: AttemptRow, now: number): Promise<void> {
	const read = readStored("attempts.request", attempt.request);
	// They look by themselves, too, a little later.
	if (!read.ok) return effects.log.error("nobody behind it was woken", { reason: read.reason });
	const request = read.value;
	const targets = [...request.claims.map(claimTarget), agentTarget(request.agent), `incident:${request.incident_id}`];
	const woken = await wakeWaiting(effects.journal, targets, now);
	await Promise.all(woken.map((id) => effects.wake(id, 0)));
}

function refuseMessage(effects: Effects, reason: RefusalReason, detail: string): Response {
	effects.log.warn("outcome refused", { reason, detail });
	return refuse(REFUSAL_STATUS[reason], reason);
}
