import { redactText } from "../../pipeline/redaction/redact-text.ts";
import { type ErrorAnswer, readErrorAnswer } from "../../wire/error-answer.ts";
import { OWN_VERSION, pairOf, readVersion } from "../../wire/version.ts";
import { explainStatusBetween } from "../http/network-fault.ts";

/**
 * `the relay answered 503 (unauthorized): the API server does not know the relay's token ...`: what an answer that is no
 * 2xx says, with its cause and its cure where they are known. What the relay repeats of others is one line, bounded, and
 * without secrets.
 */
export function explainRelayError({ status, headers }: Pick<Response, "status" | "headers">, text: string): string {
	const answer = readErrorAnswer(text);
	if (answer === undefined) {
		const between = explainStatusBetween(status) ?? "what answered is no relay; RELAY_URL is the relay's own address";
		return `the relay answered ${status}: ${between}`;
	}
	const detail = answer.detail === undefined ? undefined : redactText(answer.detail);
	const name = answer.cause ?? answer.error;
	const details = [sayingOf(answer), detail, versionsOf(headers)].filter(Boolean).join("; ");
	return `the relay answered ${status} (${name})${details === "" ? "" : `: ${details}`}`;
}

/** The relay's detail of an unavailable cluster has its own cure. */
function sayingOf({ error, cause }: ErrorAnswer): string | undefined {
	switch (error) {
		case "forged":
			return "it does not accept the signature: give both sides the same HEALER_WIRE_SECRETS";
		case "expired":
		case "too_new":
		case "bad_timestamp":
			return "the clocks of worker and relay are more than five minutes apart: compare them";
		case "missing_header":
			return "something between took the signature's headers away";
		case "oversized":
			return "the message is larger than a relay takes";
		case "not_json":
		case "invalid":
		case "wrong_id":
			return "it does not understand the message: upgrade the relay, then the worker";
		case "replayed":
			return "another message was sent for this attempt before";
		case "internal":
			return "a bug of the relay: its log names it (kubectl -n cto logs deployment/healer-relay)";
		case "not_found":
			return "it has no such route: upgrade the relay, then the worker";
		case "unavailable":
		case undefined:
			return cause === undefined ? "its cluster or its folder cannot be used now" : undefined;
		default:
			return error satisfies never;
	}
}

/** Only where it may be why. */
function versionsOf(headers: Headers): string | undefined {
	const relay = readVersion(headers);
	if (relay === undefined) return undefined;
	const pair = pairOf(OWN_VERSION, relay);
	if (pair.good) return undefined;
	const versions = `this worker is ${OWN_VERSION.version} (protocol ${OWN_VERSION.protocol}), the relay ${relay.version} (protocol ${relay.protocol})`;
	return `${versions}: upgrade the ${pair.older}`;
}
