import type { PlannedRequest } from "../../pipeline/index.ts";
import { type ClusterSource, type ContextWireResponse, contextResponseSchema } from "../../wire/context.ts";
import { MINUTE_MS } from "../../wire/durations.ts";
import { MAX_CONTEXT_ANSWER_BYTES, MAX_CONTEXT_BYTES } from "../../wire/limits.ts";
import { readMessage } from "../../wire/message.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { postToRelay, type RelayTools } from "../relay/post-to-relay.ts";
import { explainRelayError } from "../relay/relay-error.ts";
import type { AskCluster, ClusterResult } from "./source.ts";

export interface ContextTools extends RelayTools {
	newId(): string;
}

// The relay's maximum: `contextRequestSchema`.
const LONGEST_TIMEOUT_MS = MINUTE_MS;

/**
 * Queries the in-cluster sources of one incident with one signed `POST /v1/context`. A relay that is down, slow or
 * misconfigured fails each source, with the reason.
 */
export function createAskRelay(tools: ContextTools, incident_id: string): AskCluster {
	return async (requests, signal) => {
		// Nobody set a relay up: that is no failure of the sources.
		if (!tools.env.RELAY_URL)
			return requests.map(() => ({ status: "skipped", why: "RELAY_URL is not set", took_ms: 0 }));
		const startedAt = tools.now();
		const answer = await ask(tools, incident_id, requests, signal);
		if (answer.ok) return requests.map((request) => resultOf(request, answer.value));
		return requests.map(() => ({ status: "failed", why: answer.problem, took_ms: tools.now() - startedAt }));
	};
}

async function ask(
	tools: ContextTools,
	incident_id: string,
	requests: readonly PlannedRequest[],
	signal: AbortSignal,
): Promise<Result<ContextWireResponse["results"]>> {
	const body = JSON.stringify({ incident_id, sources: requests.map(wireRequest) });
	if (new TextEncoder().encode(body).length > MAX_CONTEXT_BYTES) return fail("the parameters are too large");
	// A unique id: a repeated query may have other parameters, and is not a replay.
	const id = `context.${incident_id}.${tools.newId()}`;
	const request = { path: "/v1/context", id, body, mostBytes: MAX_CONTEXT_ANSWER_BYTES, signal };
	const answer = await postToRelay(tools, request);
	if (!answer.ok) return answer;
	const { response, text } = answer.value;
	if (!response.ok) return fail(explainRelayError(response, text ?? ""));
	if (text === undefined) return fail(`the relay's answer is larger than ${MAX_CONTEXT_ANSWER_BYTES} bytes`);
	const read = readMessage<ContextWireResponse>(contextResponseSchema, text);
	return read.ok ? ok(read.value.results) : fail(`the relay's answer was not understood: ${read.detail}`);
}

function wireRequest({ name, from, with: parameters, timeout_s }: PlannedRequest) {
	return { name, from, with: parameters, timeout_ms: Math.min(LONGEST_TIMEOUT_MS, Math.round(timeout_s * 1000)) };
}

function resultOf({ name, from }: PlannedRequest, results: ContextWireResponse["results"]): ClusterResult {
	const result = results.find((one) => one.name === name && one.from === (from as ClusterSource));
	if (result === undefined) return { status: "failed", why: "missing in the relay's answer", took_ms: 0 };
	const { took_ms } = result;
	switch (result.status) {
		case "ok": {
			const { data, incomplete } = result;
			return { status: "ok", data, took_ms, ...(incomplete !== undefined && { incomplete }) };
		}
		case "empty":
			return { status: "empty", took_ms };
		case "failed":
		case "skipped":
			return { status: result.status, why: result.why, took_ms };
		default:
			return result satisfies never;
	}
}
