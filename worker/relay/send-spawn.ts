import { readErrorAnswer } from "../../wire/error-answer.ts";
import { type MessageReading, readMessage } from "../../wire/message.ts";
import { type SpawnResult, spawnResultSchema, unknownResult } from "../../wire/spawn.ts";
import type { Env } from "../env.ts";
import { postToRelay, type RelayAnswer } from "./post-to-relay.ts";
import { explainRelayError } from "./relay-error.ts";

/** The relay's result, or why there is none. `isFinal`: the same bytes will never be accepted. */
export type SpawnAnswer =
	| { readonly ok: true; readonly result: SpawnResult }
	| { readonly ok: false; readonly reason: string; readonly isFinal: boolean };

/** `traceparent`: the header of W3C Trace Context, for what lies between worker and relay. */
export type SendSpawn = (messageId: string, body: string, traceparent?: string) => Promise<SpawnAnswer>;

// Worker and relay both limit a create to 10 s.
const TIMEOUT_MS = 10_000;
const LONGEST_ANSWER = 64 * 1024;

/**
 * Sends stored spawn requests to the relay. Never throws: a
 * relay that is down, slow or misconfigured is a reason to retry later.
 */
export function createSendSpawn(env: Env, now: () => number, fetcher: typeof fetch): SendSpawn {
	return async (messageId, body, traceparent) => {
		const signal = AbortSignal.timeout(TIMEOUT_MS);
		const request = { path: "/v1/spawn", id: messageId, body, mostBytes: LONGEST_ANSWER, signal, traceparent };
		const answer = await postToRelay({ env, fetch: fetcher, now }, request);
		return answer.ok ? readAnswer(answer.value) : tryAgain(answer.problem);
	};
}

function readAnswer({ response, text }: RelayAnswer): SpawnAnswer {
	if (text === undefined) return tryAgain(`the relay's answer is larger than ${LONGEST_ANSWER} bytes`);
	if (!response.ok) {
		const reason = explainRelayError(response, text);
		// Another body under a known webhook-id: an earlier send had other bytes than the ones stored here.
		return { ok: false, reason, isFinal: readErrorAnswer(text)?.error === "replayed" };
	}
	const read: MessageReading<SpawnResult> = readMessage(spawnResultSchema, text);
	if (read.ok) return { ok: true, result: read.value };
	const unknown = read.reason === "invalid" ? unknownResult(JSON.parse(text)) : undefined;
	if (unknown !== undefined)
		return tryAgain(`the relay answered ${unknown}, which this worker does not know: upgrade it`);
	return tryAgain(`the relay's answer was not understood: ${read.detail}`);
}

function tryAgain(reason: string): SpawnAnswer {
	return { ok: false, reason, isFinal: false };
}
