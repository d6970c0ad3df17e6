import { readWithin } from "../../wire/read-within.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { readSecrets } from "../../wire/secret.ts";
import { signMessage } from "../../wire/signature.ts";
import { TRACEPARENT_HEADER } from "../../wire/trace.ts";
import { VERSION_HEADERS } from "../../wire/version.ts";
import type { Env } from "../env.ts";
import { explainFetchError } from "../http/network-fault.ts";

/** What reaches the relay. */
export interface RelayTools {
	readonly env: Pick<Env, "RELAY_URL" | "HEALER_WIRE_SECRETS">;
	readonly fetch: typeof fetch;
	/** Milliseconds since 1970. */
	now(): number;
}

export interface RelayRequest {
	/** The route, such as `/v1/spawn`. */
	readonly path: string;
	/** The `webhook-id`: the relay refuses another body under the same one. */
	readonly id: string;
	readonly body: string;
	/** The most that is read of the answer, in bytes. */
	readonly mostBytes: number;
	readonly signal: AbortSignal;
	readonly traceparent?: string | undefined;
}

export interface RelayAnswer {
	readonly response: Response;
	/** Undefined if it is longer than `mostBytes`. */
	readonly text: string | undefined;
}

/**
 * Sends one message to the relay, signed by Standard Webhooks (https://www.standardwebhooks.com/). Never throws: the problem is
 * why there is no answer.
 */
export async function postToRelay(
	{ env, fetch, now }: RelayTools,
	request: RelayRequest,
): Promise<Result<RelayAnswer>> {
	if (!env.RELAY_URL) return fail("RELAY_URL is not set");
	const { id, body, mostBytes, signal, traceparent } = request;
	try {
		const secrets = readSecrets(env.HEALER_WIRE_SECRETS ?? "");
		const signature = signMessage(secrets, { id, at: Math.floor(now() / 1000), body });
		const response = await fetch(new URL(request.path, env.RELAY_URL), {
			method: "POST",
			headers: {
				...signature,
				...VERSION_HEADERS,
				...(traceparent !== undefined && { [TRACEPARENT_HEADER]: traceparent }),
				"content-type": "application/json",
			},
			body,
			redirect: "manual",
			signal,
		});
		return ok({ response, text: await readTextWithin(response, mostBytes) });
	} catch (cause) {
		return fail(`the relay could not be reached: ${explainFetchError(cause, env.RELAY_URL)}`);
	}
}

/** A response's text; undefined, with the rest unread, if it is longer than `limit` bytes. */
async function readTextWithin(response: Response, limit: number): Promise<string | undefined> {
	const { bytes, cut } = await readWithin(response.body, limit);
	return cut ? undefined : new TextDecoder().decode(bytes);
}
