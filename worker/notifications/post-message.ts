import { HOUR_MS } from "../../wire/durations.ts";
import { signWithEach } from "../../wire/signature.ts";
import { withTimeout } from "../../wire/with-timeout.ts";
import type { NotificationTools } from "../effects.ts";
import { explainFetchError, explainStatusBetween } from "../http/network-fault.ts";
import { type NotificationMessage, notificationMessage } from "./message.ts";
import type { Receiver } from "./receiver.ts";
import { slackMessage } from "./slack-message.ts";

export type Posted =
	| { readonly ok: true }
	| {
			readonly ok: false;
			/** `message`: the receiver refuses this one, others may arrive. `target`: nothing arrives now. */
			readonly concerns: "message" | "target";
			/** One clause, with the host at most: never the URL. */
			readonly error: string;
			/** How long the receiver asks for, at least. */
			readonly wait_ms: number;
	  };

/** A message and the id of its delivery, the same in every try. */
export interface Outgoing {
	readonly id: string;
	/** JSON of a `NotificationMessage`, as it is signed and sent to a webhook. */
	readonly message: string;
}

/** Longer than a good receiver takes, short enough that a sweep waits for a bad one. */
const WITHIN_MS = 10_000;

/**
 * Posts one message. Redirects are not followed: they could lead to where the pipeline's author must not reach, and would carry
 * the signature along. Of the answer only the status is read. `now`: milliseconds, for the signature's timestamp.
 */
export async function postMessage(
	fetchFrom: NotificationTools["fetch"],
	receiver: Receiver,
	{ id, message }: Outgoing,
	now: number,
): Promise<Posted> {
	const { url, secrets } = receiver;
	const body = secrets === undefined ? slackBody(message) : message;
	const signature = secrets === undefined ? {} : signWithEach(secrets, { id, at: now / 1000, body });
	const headers = { "content-type": "application/json", "user-agent": "Healer", ...signature };
	try {
		const response = await withTimeout(
			(signal) => fetchFrom(url, { method: "POST", headers, body, redirect: "manual", signal }),
			WITHIN_MS,
		);
		// Unread, it would hold one of the invocation's six connections.
		await response.body?.cancel().catch(() => undefined);
		return response.ok ? { ok: true } : refusal(receiver, response);
	} catch (cause) {
		const isLate = cause instanceof Error && cause.name === "TimedOut";
		const error = isLate
			? `${receiver.host} did not answer within ${WITHIN_MS / 1000} s`
			: explainFetchError(cause, url).replaceAll(url, receiver.host);
		return { ok: false, concerns: "target", error, wait_ms: 0 };
	}
}

function slackBody(message: string): string {
	const read: NotificationMessage = notificationMessage.parse(JSON.parse(message));
	return JSON.stringify(slackMessage(read));
}

/** The receiver understood the request, and does not accept what is in it. */
const OF_THE_MESSAGE: ReadonlySet<number> = new Set([400, 413, 422]);

function refusal({ host }: Receiver, { status, headers }: Response): Posted {
	const why = status >= 300 && status < 400 ? "a redirect, which is not followed" : explainStatusBetween(status);
	const error = `${host} answered ${status}${why === undefined ? "" : `: ${why}`}`;
	const concerns = OF_THE_MESSAGE.has(status) ? "message" : "target";
	return { ok: false, concerns, error, wait_ms: retryAfterMs(headers.get("retry-after")) };
}

/** `Retry-After` in seconds, as Slack sends it; at most an hour, whatever it says. */
function retryAfterMs(header: string | null): number {
	return /^\d{1,6}$/.test(header ?? "") ? Math.min(HOUR_MS, Number(header) * 1000) : 0;
}
