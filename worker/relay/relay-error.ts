import { redactText } from "../../pipeline/redaction/redact-text.ts";
import { type ErrorAnswer, readErrorAnswer } from "../../wire/error-answer.ts";
import { OWN_VERSION, pairOf, readVersion } from "../../wire/version.ts";
import { explainStatusBetween } from "../http/network-fault.ts";

/**
 * Explains an answer that is not a 2xx, with cause and fix if known:
 * `the relay answered 503 (unauthorized): the API server does not know the relay's token ...`. Text that the relay quotes is
 * reduced to one bounded line without secrets.
 */
export function explainRelayError({ status, headers }: Pick<Response, "status" | "headers">, text: string): string {
	const answer = readErrorAnswer(text);
	if (answer === undefined) {
		const between = explainStatusBetween(status) ?? "the answer is not a relay's; set RELAY_URL to the relay's own URL";
		return `the relay answered ${status}: ${between}`;
	}
	const detail = answer.detail === undefined ? undefined : redactText(answer.detail);
	const name = answer.cause ?? answer.error;
	const details = [explainError(answer), detail, versionsOf(headers)].filter(Boolean).join("; ");
	return `the relay answered ${status} (${name})${details === "" ? "" : `: ${details}`}`;
}

/** The relay's own detail of an unavailable cluster contains its fix. */
function explainError({ error, cause }: ErrorAnswer): string | undefined {
	switch (error) {
		case "forged":
			return "it does not accept the signature: give both sides the same HEALER_WIRE_SECRETS";
		case "expired":
		case "too_new":
		case "bad_timestamp":
			return "the clocks of worker and relay are more than five minutes apart: compare them";
		case "missing_header":
			return "a proxy in between removed the signature's headers";
		case "oversized":
			return "the message is larger than the relay accepts";
		case "not_json":
		case "invalid":
		case "wrong_id":
			return "it does not understand the message: upgrade the relay, then the worker";
		case "replayed":
			return "another message was already sent for this attempt";
		case "internal":
			return "a bug in the relay: its log names it (kubectl -n cto logs deployment/healer-relay)";
		case "not_found":
			return "it has no such route: upgrade the relay, then the worker";
		case "unavailable":
		case undefined:
			return cause === undefined ? "its cluster or its folder cannot be used now" : undefined;
		default:
			return error satisfies never;
	}
}

/** Only if the versions may be the cause. */
function versionsOf(headers: Headers): string | undefined {
	const relay = readVersion(headers);
	if (relay === undefined) return undefined;
	const pair = pairOf(OWN_VERSION, relay);
	if (pair.good) return undefined;
	const versions = `this worker is ${OWN_VERSION.version} (protocol ${OWN_VERSION.protocol}), the relay ${relay.version} (protocol ${relay.protocol})`;
	return `${versions}: upgrade the ${pair.older}`;
}
