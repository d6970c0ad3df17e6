import { readErrorAnswer } from "../../wire/error-answer.ts";
import { type MessageReading, readMessage } from "../../wire/message.ts";
import { readSecrets } from "../../wire/secret.ts";
import { signMessage } from "../../wire/signature.ts";
import { type SpawnResult, spawnResultSchema, unknownResult } from "../../wire/spawn.ts";
import { VERSION_HEADERS } from "../../wire/version.ts";
import type { Env } from "../env.ts";
import { readTextWithin } from "../http/body.ts";
import { explainFetchError } from "../http/network-fault.ts";
import { explainRelayError } from "./relay-error.ts";

/** The relay's result, or why there is none. `for_good`: the same bytes will never be accepted. */
export type SpawnAnswer =
	| { readonly ok: true; readonly result: SpawnResult }
	| { readonly ok: false; readonly reason: string; readonly for_good: boolean };

export type SendSpawn = (messageId: string, body: string) => Promise<SpawnAnswer>;

// Worker and relay both limit a create to 10 s.
const TIMEOUT_MS = 10_000;
const LONGEST_ANSWER = 64 * 1024;

/**
 * Sends stored spawn requests to the relay, signed by Standard Webhooks (https://www.standardwebhooks.com/). Never throws: a
 * relay that is down, slow or misconfigured is a reason to retry later.
 */
export function createSendSpawn(env: Env, now: () => number, fetcher: typeof fetch): SendSpawn {
	return async (messageId, body) => {
		if (!env.RELAY_URL) return tryAgain("RELAY_URL is not set");
		try {
			const headers = signMessage(readSecrets(env.HEALER_WIRE_SECRETS ?? ""), {
				id: messageId,
				at: Math.floor(now() / 1000),
				body,
			});
			const response = await fetcher(new URL("/v1/spawn", env.RELAY_URL), {
				method: "POST",
				headers: { ...headers, ...VERSION_HEADERS, "content-type": "application/json" },
				body,
				redirect: "manual",
				signal: AbortSignal.timeout(TIMEOUT_MS),
			});
			return await readAnswer(response);
		} catch (cause) {
			return tryAgain(`the relay could not be reached: ${explainFetchError(cause, env.RELAY_URL)}`);
		}
	};
}

async function readAnswer(response: Response): Promise<SpawnAnswer> {
	const text = await readTextWithin(response, LONGEST_ANSWER);
	if (text === undefined) return tryAgain(`the relay's answer is larger than ${LONGEST_ANSWER} bytes`);
	if (!response.ok) {
		const reason = explainRelayError(response, text);
		// Another body under a known webhook-id: an earlier send had other bytes than the ones stored here.
		return { ok: false, reason, for_good: readErrorAnswer(text)?.error === "replayed" };
	}
	const read: MessageReading<SpawnResult> = readMessage(spawnResultSchema, text);
	if (read.ok) return { ok: true, result: read.value };
	const unknown = read.reason === "invalid" ? unknownResult(JSON.parse(text)) : undefined;
	if (unknown !== undefined)
		return tryAgain(`the relay answered ${unknown}, which this worker does not know: upgrade it`);
	return tryAgain(`the relay's answer was not understood: ${read.detail}`);
}

function tryAgain(reason: string): SpawnAnswer {
	return { ok: false, reason, for_good: false };
}
