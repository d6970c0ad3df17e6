import * as z from "zod";
import {
	becauseSentence,
	type Context,
	type Decision,
	givenContext,
	givenParts,
	type LogReading,
	type Reading,
	renderIgnored,
	whyIgnored,
} from "../../pipeline/index.ts";
import { redactData } from "../../pipeline/redaction/redact-data.ts";
import { createEffects } from "../create-effects.ts";
import type { Engine } from "../engine.ts";
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
type Question = z.infer<typeof question>;

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
		return jsonResponse(200, redactData(await explain(engine, asked.data)));
	} finally {
		body.release();
	}
}

async function explain(engine: Engine, asked: Question): Promise<ExplainedDelivery> {
	const { event, payload } = asked;
	const delivery = { event, delivery_id: "explain", payload };
	const reading = await engine.read(delivery);
	const none = { pipeline: engine.version, incident_id: null, agent: null, failure_type: null, rule: null };
	const lifecycle = await engine.readLifecycle(delivery);
	const explanation = [...reading.explanation, ...lifecycle.explanation];
	if (reading.outcome === "ignored") {
		const reason = renderIgnored(whyIgnored(reading.reason, delivery, lifecycle.signal));
		return { ...none, verdict: `ignored: ${reason}.`, explanation };
	}
	if (reading.outcome === "command") return { ...none, verdict: noIncident(reading), explanation };

	const { incident } = reading;
	const decision = await engine.decide({ incident, context: await given(engine, reading, asked), attempt: 1 });
	return {
		...none,
		...conclude(decision),
		incident_id: incident.id,
		explanation: [...explanation, ...decision.explanation],
	};
}

function noIncident({ command }: Extract<Reading, { outcome: "command" }>): string {
	const { name, author, pr_number } = command;
	return `no incident: the command ${name} of ${author} on pull request #${pr_number}.`;
}

function conclude(decision: Decision): Pick<ExplainedDelivery, "verdict"> & Partial<ExplainedDelivery> {
	if (decision.outcome === "filtered") {
		return { verdict: `filter ${decision.filter} refuses it once the context is known.` };
	}
	const { agent, failure_type, rule, because } = decision;
	return { verdict: `${becauseSentence(because)}.`, agent, failure_type, rule };
}

/** As in `healer explain`, but only for the planned sources: a hub would gather nothing else. */
async function given(
	engine: Engine,
	{ incident }: Extract<Reading, { outcome: "incident" }>,
	{ log, changed_files }: Question,
): Promise<Context> {
	const parts = givenParts({ log: log === undefined ? undefined : readLog(engine, log), changed_files });
	return givenContext(await engine.plan(incident), parts);
}

function readLog(engine: Engine, log: string): LogReading {
	const reader = engine.newLogReader();
	reader.write(log);
	return reader.end();
}
