import type { Delivery } from "../../pipeline/index.ts";
import { once } from "../../wire/once.ts";
import { readSecretList } from "../../wire/secret-list.ts";
import { answerCommand } from "../commands/answer-command.ts";
import { createEffects } from "../create-effects.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { answerBeforeBody, bodyErrorResponse, errorResponse } from "../http/responses.ts";
import { REFUSED_SIGNATURE } from "../journal/ignored.ts";
import { createLog, type Log, type LogFields } from "../log.ts";
import { keepAlive } from "../runtime/keep-alive.ts";
import { deliveryTraceId } from "../runtime/trace.ts";
import { type Receipt, storeDelivery } from "./accept-delivery.ts";
import { answerSetup, isSetupEvent } from "./answer-setup.ts";
import { countIgnored, countReceipt, countRefusal } from "./count-delivery.ts";
import { deliveryQueue } from "./delivery-queue.ts";
import { type GithubHeaders, type GithubHeadersReading, readGithubHeaders } from "./github-headers.ts";
import { whyNothing } from "./ignored-delivery.ts";
import { keepForLater, writeLateSoon } from "./late-signals.ts";
import { prepareDelivery } from "./prepare-delivery.ts";
import { verifySignature } from "./verify-signature.ts";

/**
 * `POST /webhooks/github`: guards in wire order, each with its own status, then the journal, then 202. GitHub waits 10 s and
 * never redelivers by itself, so nothing here waits for another service but the one lookup of `completeCheckRun`
 * (docs/events.md, https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks).
 */
export async function receiveGithub(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const delivery_id = request.headers.get("x-github-delivery");
	const log = createLog(tracedFields(delivery_id));
	const effects = createEffects(env, log, ctx);
	const response = await receiveRequest(request, env, ctx, effects);
	if (!response.ok) keepAlive(ctx, countRefusal(effects, response.status));
	return response;
}

/** Hashed only for a line that is written: most deliveries write none. */
function tracedFields(delivery_id: string | null): LogFields {
	if (!delivery_id) return { delivery_id };
	const trace = once(() => ({ id: deliveryTraceId(delivery_id) }));
	return {
		delivery_id,
		get trace_id() {
			return trace().id;
		},
	};
}

async function receiveRequest(request: Request, env: Env, ctx: ExecutionContext, effects: Effects): Promise<Response> {
	// Before the body: whoever sends none of this is not GitHub, and gets no memory and no time.
	const read = readGithubHeaders(request.headers);
	if (!read.ok) return answerBeforeBody(request, ctx, refuseHeaders(request, read, ctx, effects));
	const body = await readBody(request);
	if (!body.ok) {
		effects.log.warn("delivery refused", { reason: body.reason });
		return bodyErrorResponse(request, ctx, body.reason);
	}
	try {
		return await receiveBody(request, read, body.bytes, env, ctx, effects);
	} finally {
		body.release();
	}
}

function refuseHeaders(
	request: Request,
	{ missing, unsigned }: Extract<GithubHeadersReading, { ok: false }>,
	ctx: ExecutionContext,
	effects: Effects,
): Response {
	if (unsigned) return refuseSignature(request, ctx, effects);
	effects.log.warn("delivery refused", { reason: `no valid ${missing.join(", ")}` });
	return errorResponse(400, `missing or malformed header: ${missing.join(", ")}`);
}

function refuseSignature(request: Request, ctx: ExecutionContext, effects: Effects): Response {
	effects.log.warn("delivery refused", { reason: "signature", sha1_only: isSha1Only(request.headers) });
	keepAlive(ctx, countIgnored(effects, REFUSED_SIGNATURE));
	return errorResponse(401, "wrong or missing X-Hub-Signature-256");
}

async function receiveBody(
	request: Request,
	{ headers, signature }: Extract<GithubHeadersReading, { ok: true }>,
	bytes: Uint8Array,
	env: Env,
	ctx: ExecutionContext,
	effects: Effects,
): Promise<Response> {
	const { log } = effects;
	const secrets = readSecretList(env.GITHUB_WEBHOOK_SECRET);
	if (secrets.length === 0) log.error("GITHUB_WEBHOOK_SECRET is not set: every delivery is refused");
	if (!(await verifySignature(secrets, bytes, signature))) return refuseSignature(request, ctx, effects);

	if (/^application\/x-www-form-urlencoded\b/i.test(request.headers.get("content-type") ?? "")) {
		log.warn("delivery refused", { reason: "form-encoded" });
		return errorResponse(415, "set the webhook's content type to application/json");
	}
	const json = parseJson(decodeUtf8(bytes));
	if (!json.ok) {
		log.warn("delivery refused", { reason: "not JSON" });
		return errorResponse(400, "the body is not JSON");
	}

	return await receivePayload(json.value, headers, env, ctx, effects);
}

async function receivePayload(
	payload: unknown,
	headers: GithubHeaders,
	env: Env,
	ctx: ExecutionContext,
	effects: Effects,
): Promise<Response> {
	const { event } = headers;
	if (isSetupEvent(event)) {
		return ignored(await answerSetup(effects, event, payload));
	}

	const log = effects.log.with({ event });
	const receipt = await receive(effects, { ...headers, payload }, env, log);
	if (receipt.status === "late") {
		keepAlive(ctx, writeLateSoon(effects, log, deliveryQueue(env)));
		return ignored(receipt.reason);
	}
	keepAlive(ctx, countReceipt(effects, receipt));
	switch (receipt.status) {
		case "ignored":
			return ignored(receipt.reason);
		case "recorded":
			return received(receipt);
		case "queued":
			return received({ ...receipt, status: "accepted", reason: "journal unavailable, queued" });
		case "refused":
			return errorResponse(422, receipt.problem);
		case "unavailable":
			return unavailable(receipt.problem);
		case "command": {
			ctx.waitUntil(answerCommand(effects, receipt.command_id));
			const [status, again] = receipt.isNew ? (["accepted", ""] as const) : (["duplicate", "already "] as const);
			return received({
				status,
				incident_id: null,
				reason: `the command ${receipt.name} was ${again}accepted`,
			});
		}
		default: {
			const { status, incident_id } = receipt;
			if (status === "accepted") await effects.wake(incident_id, receipt.dueInMs);
			const known = receipt.isFailedAgain
				? "it belongs to an open fix, and was added to the timeline of its incident"
				: "the incident is known; this delivery was added to it";
			const reason = status === "duplicate" ? known : null;
			return received({ status, incident_id, reason });
		}
	}
}

/** To GitHub, which shows it to the App's owner. No cache keeps the answer to a POST (https://www.rfc-editor.org/rfc/rfc9110#section-9.3.3). */
function received(answer: Readonly<Record<string, unknown>>): Response {
	return Response.json(answer, { status: 202 });
}

function ignored(reason: string): Response {
	return received({ status: "ignored", incident_id: null, reason });
}

/** A green check where nothing is under remediation: it is written behind its answer. */
interface Late {
	readonly status: "late";
	readonly reason: string;
}

/** Never throws: whatever failed, such as loading the pipeline, may succeed when the delivery is sent again. */
async function receive(effects: Effects, received: Delivery, env: Env, log: Log): Promise<Receipt | Late> {
	try {
		const prepared = await prepareDelivery(effects, received, "github", log);
		if (!prepared.ok) return { status: "refused", problem: prepared.problem };
		const { delivery } = prepared;
		const { content } = delivery;
		if (content.outcome === "ignored" && keepForLater(effects, delivery))
			return { status: "late", reason: whyNothing(content.reason) };
		return await storeDelivery(effects, delivery, log, deliveryQueue(env));
	} catch (cause) {
		log.error("delivery not accepted", { cause });
		return { status: "unavailable", problem: "the worker's log has the reason (`npx wrangler tail`)" };
	}
}

function unavailable(problem: string): Response {
	const error = `the delivery could not be stored; deliver it again: ${problem}`;
	return errorResponse(503, error, { "retry-after": "10" });
}

function isSha1Only(headers: Headers): boolean {
	return headers.has("x-hub-signature") && !headers.has("x-hub-signature-256");
}
