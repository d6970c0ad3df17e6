import { createHash } from "node:crypto";
import { messageId } from "../../wire/coderun-name.ts";
import { MAX_SPAWN_BYTES } from "../../wire/limits.ts";
import { type SpawnRequest, spawnRequestSchema } from "../../wire/spawn.ts";
import { readTraceparent, TRACEPARENT_ANNOTATION } from "../../wire/trace.ts";
import { readVersion } from "../../wire/version.ts";
import { type AgentTurns, agentTurns } from "../claims/agent-turns.ts";
import type { SpawnAnswer } from "../claims/spawn-call.ts";
import { readSigned, refusalResponse } from "../http/read-signed.ts";
import type { Metrics } from "../metrics.ts";
import type { RelayTools } from "../relay-tools.ts";
import { findViolation } from "../spawn/policy.ts";
import { refuseUnlessThere } from "../spawn/refuse-unless-there.ts";
import { spawn } from "../spawn/spawn.ts";
import { unavailableResponse } from "./unavailable-response.ts";

/** `POST /v1/spawn`: a signed request → policy → claims → CodeRun. Every repeat gets the same answer. */
export function spawnRoute(tools: RelayTools, metrics: Metrics): (request: Request) => Promise<Response> {
	const turns = agentTurns(tools.clock);
	return async (request) => {
		const reading = await readSigned(request, { ...tools, limit: MAX_SPAWN_BYTES, schema: spawnRequestSchema });
		if (!reading.ok) {
			metrics.refusals.inc({ route: "spawn", reason: reading.reason });
			const { reason, id, detail } = reading;
			tools.log({ level: "warn", message: "spawn request refused", reason, webhook_id: id, detail });
			return refusalResponse(reading);
		}
		const answer = await answerSpawn({ ...tools, turns }, reading);
		const result = answer.kind === "result" ? answer.result.result : answer.kind;
		metrics.results.inc({ result });
		tools.log({
			level: "info",
			message: "spawn request answered",
			webhook_id: reading.id,
			...requestFields(reading.value),
			...resultFields(answer),
			worker: readVersion(request.headers)?.version,
		});
		return respond(answer);
	};
}

async function answerSpawn(
	tools: RelayTools & { readonly turns: AgentTurns },
	{ id, value: request, body }: { readonly id: string; readonly value: SpawnRequest; readonly body: string },
): Promise<SpawnAnswer | { readonly kind: "wrong_id" }> {
	if (id !== messageId(request.incident_id, request.attempt)) return { kind: "wrong_id" };
	const digest = createHash("sha256").update(body).digest("hex");
	const call = { ...tools, request, digest, limits: tools.policy.limits };
	const violation = findViolation(request, tools.policy);
	return violation === undefined ? spawn(call) : refuseUnlessThere(call, violation);
}

function respond(answer: SpawnAnswer | { readonly kind: "wrong_id" }): Response {
	switch (answer.kind) {
		case "result":
			return Response.json(answer.result);
		case "replayed":
			return refusalResponse({ reason: "replayed" });
		case "wrong_id":
			return refusalResponse({ reason: "wrong_id" });
		case "unavailable":
			return unavailableResponse(answer);
		default:
			return answer satisfies never;
	}
}

/** Log fields for a request: checked names, and the delivery that caused it. */
function requestFields(request: SpawnRequest): Record<string, unknown> {
	return {
		agent: request.agent,
		coderun_name: request.coderun.metadata.name,
		delivery_id: request.coderun.metadata.annotations["healer/delivery-id"]?.slice(0, 100),
		trace_id: readTraceparent(request.coderun.metadata.annotations[TRACEPARENT_ANNOTATION])?.trace_id,
	};
}

function resultFields(answer: SpawnAnswer | { readonly kind: "wrong_id" }): Record<string, unknown> {
	if (answer.kind === "unavailable") return { result: answer.kind, code: answer.cause, reason: answer.why };
	return answer.kind === "result" ? answer.result : { result: answer.kind };
}
