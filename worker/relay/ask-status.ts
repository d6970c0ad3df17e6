import { MAX_STATUS_ANSWER_BYTES } from "../../wire/limits.ts";
import { readMessage } from "../../wire/message.ts";
import { type CodeRunStatus, type StatusRequest, statusAnswerSchema } from "../../wire/status.ts";
import type { Env } from "../env.ts";
import { postToRelay } from "./post-to-relay.ts";

/** The relay's status of an attempt's CodeRun, or why it is unknown. An unknown status changes nothing. */
export type StatusAnswer =
	| { readonly ok: true; readonly status: CodeRunStatus }
	| { readonly ok: false; readonly reason: string };

export type AskStatus = (about: StatusRequest) => Promise<StatusAnswer>;

const TIMEOUT_MS = 10_000;

/** Queries the relay by a signed `POST /v1/coderuns/status`. Never throws. */
export function createAskStatus(
	env: Pick<Env, "RELAY_URL" | "HEALER_WIRE_SECRETS">,
	{ now, newId, fetch }: { now(): number; newId(): string; readonly fetch: typeof globalThis.fetch },
): AskStatus {
	return async (about) => {
		const answer = await postToRelay(
			{ env, fetch, now },
			{
				path: "/v1/coderuns/status",
				// Each query is its own message: the answer changes over time.
				id: `status.${about.incident_id}.${about.attempt}.${newId()}`,
				body: JSON.stringify(about),
				mostBytes: MAX_STATUS_ANSWER_BYTES,
				signal: AbortSignal.timeout(TIMEOUT_MS),
			},
		);
		if (!answer.ok) return unknown(answer.problem);
		const { response, text } = answer.value;
		if (response.status === 404) return unknown("the relay has no such route: it is older than this worker");
		if (!response.ok) return unknown(`the relay answered ${response.status}`);
		if (text === undefined) return unknown(`the relay's answer is larger than ${MAX_STATUS_ANSWER_BYTES} bytes`);
		const read = readMessage<CodeRunStatus>(statusAnswerSchema, text);
		return read.ok
			? { ok: true, status: read.value }
			: unknown(`the relay's answer was not understood: ${read.detail}`);
	};
}

function unknown(reason: string): StatusAnswer {
	return { ok: false, reason };
}
