import type { PlannedRequest } from "../../pipeline/index.ts";
import { type ClusterSource, type ContextWireResponse, contextResponseSchema } from "../../wire/context.ts";
import { MAX_CONTEXT_ANSWER_BYTES, MAX_CONTEXT_BYTES } from "../../wire/limits.ts";
import { readMessage } from "../../wire/message.ts";
import { readSecrets } from "../../wire/secret.ts";
import { signMessage } from "../../wire/signature.ts";
import { VERSION_HEADERS } from "../../wire/version.ts";
import type { Env } from "../env.ts";
import { readTextWithin } from "../http/body.ts";
import { explainFetchError } from "../http/network-fault.ts";
import { explainRelayError } from "../relay/relay-error.ts";
import type { AskCluster, ClusterResult } from "./source.ts";

export interface RelayTools {
	readonly env: Pick<Env, "RELAY_URL" | "HEALER_WIRE_SECRETS">;
	readonly fetch: typeof fetch;
	/** Milliseconds since 1970. */
	now(): number;
	newId(): string;
}

// The relay's maximum: `contextRequestSchema`.
const LONGEST_TIMEOUT_MS = 60_000;

/**
 * Queries the in-cluster sources of one incident with one signed `POST /v1/context`. A relay that is down, slow or
 * misconfigured fails each source, with the reason.
 */
export function createAskRelay(tools: RelayTools, incident_id: string): AskCluster {
	return async (requests, signal) => {
		const startedAt = tools.now();
		const answer = await ask(tools, incident_id, requests, signal);
		if (answer.ok) return requests.map((request) => resultOf(request, answer.results));
		return requests.map(() => ({ status: "failed", why: answer.why, took_ms: tools.now() - startedAt }));
	};
}

type RelayAnswer =
	| { readonly ok: true; readonly results: ContextWireResponse["results"] }
	| { readonly ok: false; readonly why: string };

async function ask(
	{ env, fetch, now, newId }: RelayTools,
	incident_id: string,
	requests: readonly PlannedRequest[],
	signal: AbortSignal,
): Promise<RelayAnswer> {
	if (!env.RELAY_URL) return no("RELAY_URL is not set");
	const body = JSON.stringify({ incident_id, sources: requests.map(wireRequest) });
	if (new TextEncoder().encode(body).length > MAX_CONTEXT_BYTES) return no("the parameters are too large");
	try {
		// A unique id: a repeated query may have other parameters, and is not a replay.
		const message = { id: `context.${incident_id}.${newId()}`, at: Math.floor(now() / 1000), body };
		const headers = signMessage(readSecrets(env.HEALER_WIRE_SECRETS ?? ""), message);
		const response = await fetch(new URL("/v1/context", env.RELAY_URL), {
			method: "POST",
			headers: { ...headers, ...VERSION_HEADERS, "content-type": "application/json" },
			body,
			redirect: "manual",
			signal,
		});
		const text = await readTextWithin(response, MAX_CONTEXT_ANSWER_BYTES);
		if (!response.ok) return no(explainRelayError(response, text ?? ""));
		if (text === undefined) return no(`the relay's answer is larger than ${MAX_CONTEXT_ANSWER_BYTES} bytes`);
		const read = readMessage<ContextWireResponse>(contextResponseSchema, text);
		return read.ok ? { ok: true, ...read.value } : no(`the relay's answer was not understood: ${read.detail}`);
	} catch (cause) {
		return no(`the relay could not be reached: ${explainFetchError(cause, env.RELAY_URL)}`);
	}
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

function no(why: string): RelayAnswer {
	return { ok: false, why };
}
