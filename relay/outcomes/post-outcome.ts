import { readErrorAnswer } from "../../wire/error-answer.ts";
import { messageOf } from "../../wire/message-of.ts";
import { outcomeMessageId, type WireOutcome } from "../../wire/outcome.ts";
import { REFUSAL_STATUS } from "../../wire/refusal.ts";
import { signMessage } from "../../wire/signature.ts";
import { VERSION_HEADERS } from "../../wire/version.ts";
import type { Clock } from "../clock.ts";
import { explainNetworkError } from "../http/network-fault.ts";
import { readBounded } from "../http/read-bounded.ts";

/** `taken`: the worker has it. Everything else is retried. */
export type Posting =
	| { readonly kind: "taken" }
	/** `error`: the worker's error code, or undefined when a proxy in between answered. */
	| { readonly kind: "not_locked"; readonly status: number; readonly error: string | undefined }
	| { readonly kind: "unreachable"; readonly why: string };

export interface PostTools {
	/** The worker's address: `HEALER_URL`. */
	readonly url: string;
	readonly secrets: readonly string[];
	readonly clock: Clock;
	readonly fetch: typeof fetch;
}

const TIMEOUT_MS = 10_000;
const MAX_ERROR_BYTES = 4 * 1024;

/** Posts one outcome, signed, to `POST {url}/api/outcomes`. */
export async function postOutcome(outcome: WireOutcome, { url, secrets, clock, fetch }: PostTools): Promise<Posting> {
	const body = JSON.stringify(outcome);
	const id = outcomeMessageId(outcome.incident_id, outcome.attempt);
	try {
		const response = await fetch(new URL("/api/outcomes", url), {
			method: "POST",
			headers: {
				"content-type": "application/json",
				...VERSION_HEADERS,
				...signMessage(secrets, { id, at: clock.now() / 1000, body }),
			},
			body,
			redirect: "manual",
			signal: AbortSignal.timeout(TIMEOUT_MS),
		});
		const { text } = await readBounded(response.body, MAX_ERROR_BYTES);
		// 409: the worker has another outcome for this attempt already, for example from another relay. The first one
		// counts.
		if (response.ok || response.status === REFUSAL_STATUS.replayed) return { kind: "taken" };
		return { kind: "not_locked", status: response.status, error: readErrorAnswer(text)?.error };
	} catch (error) {
		return {
			kind: "unreachable",
			why: explainNetworkError(error, url) ?? messageOf(error),
		};
	}
}
