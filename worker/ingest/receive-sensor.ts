import type { IRequest } from "itty-router";
import { GITHUB_EVENTS } from "../../pipeline/index.ts";
import { readTraceparent, TRACEPARENT_HEADER } from "../../wire/trace.ts";
import { createEffects } from "../create-effects.ts";
import { processIncident } from "../dispatch/process-incident.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { bodyErrorResponse, jsonResponse } from "../http/responses.ts";
import { findIncident } from "../journal/incidents.ts";
import { createLog, type Log } from "../log.ts";
import { keepAlive } from "../runtime/keep-alive.ts";
import { traceparentOf } from "../runtime/trace.ts";
import { acceptDelivery, type Receipt } from "./accept-delivery.ts";
import { BASE_CONFLICT } from "./base-conflict.ts";
import { countReceipt, countRefusal } from "./count-delivery.ts";
import type { TracedDelivery } from "./prepare-delivery.ts";
import {
	duplicateAnswer,
	failedAnswer,
	ignoredAnswer,
	progressAnswer,
	type RemediationAnswer,
	remediationStatus,
} from "./remediation-answer.ts";
import { readAlertEvent, readCiEvent, type SensorEvent, unwrapBody } from "./sensor-event.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `POST /api/remediate/ci-failure`: a sensor's workflow or check payload. */
export function receiveCiFailure(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const problem = "the body has none of workflow_run, workflow_job, check_run, check_suite, or state with context";
	return receive(request, env, ctx, (fields) => readCiEvent(fields) ?? problem);
}

/** `POST /api/remediate/security-alert`: a sensor's alert payload. */
export function receiveAlert(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	return receive(request, env, ctx, (fields) => readAlertEvent(fields) ?? "the body has no alert");
}

/**
 * `POST /api/events/{name}`: an internal event; the pipeline's mapping of that name defines it. An event of GitHub's is
 * refused: what it says, such as who wrote a comment, is only known by GitHub's signature. So is Healer's own.
 */
export function receiveEvent(request: IRequest & Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const event = String(request.params.name);
	const problem = eventNameProblem(event);
	return receive(request, env, ctx, (payload) => problem ?? { event, payload });
}

function eventNameProblem(event: string): string | undefined {
	if (!/^[\w.-]{1,100}$/.test(event)) return "the event's name is malformed";
	const name = event.toLowerCase();
	if (name === BASE_CONFLICT) return `${event} is an event of Healer's own: it follows from what GitHub answers`;
	if (!GITHUB_EVENTS.includes(name)) return undefined;
	return `${event} is an event of GitHub: it is accepted only with GitHub's signature, at /webhooks/github`;
}

/** Checks body and event, each with its own answer. Then runs the pipeline inline (docs/events.md). */
async function receive(
	request: Request,
	env: Env,
	ctx: ExecutionContext,
	readEvent: (fields: Fields) => SensorEvent | string,
): Promise<Response> {
	const delivery_id = request.headers.get("x-github-delivery")?.slice(0, 200) ?? crypto.randomUUID();
	// Its token vouches for the sensor, so its trace goes on here.
	const traceparent = traceparentOf(delivery_id, request.headers.get(TRACEPARENT_HEADER));
	const log = createLog({ delivery_id, trace_id: readTraceparent(traceparent)?.trace_id });
	const body = await readBody(request);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	try {
		const json = parseJson(decodeUtf8(body.bytes));
		const fields = unwrapBody(json.ok ? json.value : undefined);
		if (!fields.ok) return jsonResponse(400, failedAnswer(fields.problem));
		const read = readEvent(fields.value);
		if (typeof read === "string") return jsonResponse(400, failedAnswer(read));

		return await remediate(createEffects(env, log), { ...read, delivery_id, traceparent }, ctx, log);
	} finally {
		body.release();
	}
}

async function remediate(
	effects: Effects,
	delivery: TracedDelivery,
	ctx: ExecutionContext,
	log: Log,
): Promise<Response> {
	try {
		const receipt = await acceptDelivery(effects, delivery, "sensor", log.with({ event: delivery.event }));
		const response = await answer(effects, receipt);
		keepAlive(ctx, response.ok ? countReceipt(effects, receipt) : countRefusal(effects, response.status));
		return response;
	} catch (cause) {
		log.error("the journal failed", { cause });
		keepAlive(ctx, countRefusal(effects, 503));
		return jsonResponse(503, failedAnswer("the incident could not be stored; send it again"));
	}
}

async function answer(effects: Effects, receipt: Receipt): Promise<Response> {
	// It can never be accepted, however often it is sent.
	if (receipt.status === "refused") return jsonResponse(422, failedAnswer(receipt.problem));
	const remediation = await remediationOf(effects, receipt);
	return jsonResponse(remediationStatus(remediation), remediation);
}

async function remediationOf(
	effects: Effects,
	receipt: Exclude<Receipt, { readonly status: "refused" }>,
): Promise<RemediationAnswer> {
	switch (receipt.status) {
		case "ignored":
		case "recorded":
			return ignoredAnswer(receipt.reason);
		// The sender waits for the result, which nobody knows while the delivery is queued.
		case "queued":
			return failedAnswer("the incident could not be stored; send it again");
		case "unavailable":
			return failedAnswer(`the incident could not be stored; send it again: ${receipt.problem}`);
		case "command":
			throw new TypeError("a command came from a sensor: `prepareDelivery` refuses it");
		case "duplicate":
			return duplicateAnswer(await findIncident(effects.journal, receipt.incident_id));
		case "accepted": {
			const progress = await processIncident(effects, receipt.incident_id);
			return progressAnswer(progress, await findIncident(effects.journal, receipt.incident_id));
		}
		default:
			return receipt satisfies never;
	}
}
