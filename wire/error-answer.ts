import * as z from "zod";
import { REFUSAL_STATUS, type RefusalReason } from "./refusal.ts";

/**
 * Why a relay decided nothing although the request was good: `error` is `unavailable`, and the sender asks again.
 * - `credentials`: its kubeconfig gives none: an exec command, a token file or a certificate that cannot be used
 * - `unauthorized`, `forbidden`: the API server answered 401 or 403
 * - `no_namespace`, `no_kind`: the namespace or the CodeRun definition is not there
 * - `quota`, `terminating`: a ResourceQuota is used up, or the namespace is being deleted
 * - `unreachable`, `timeout`: no answer came from the API server
 * - `not_kubernetes`: what answered was not the API server, or only half of it
 * - `api_server`: the API server answered with another error
 */
export const UNAVAILABLE_CAUSES = [
	"credentials",
	"unauthorized",
	"forbidden",
	"no_namespace",
	"no_kind",
	"quota",
	"terminating",
	"unreachable",
	"timeout",
	"not_kubernetes",
	"api_server",
] as const;
export type UnavailableCause = (typeof UNAVAILABLE_CAUSES)[number];

/** Every `error` of an answer that is no 2xx. */
const ERRORS = [...(Object.keys(REFUSAL_STATUS) as RefusalReason[]), "unavailable", "internal", "not_found"] as const;

/** An answer that is no 2xx, read loosely: what this side does not know is left out. */
const errorAnswerSchema = z.object({
	error: z.enum(ERRORS).optional().catch(undefined),
	cause: z.enum(UNAVAILABLE_CAUSES).optional().catch(undefined),
	detail: z.string().transform(oneLine).optional().catch(undefined),
});
export type ErrorAnswer = z.infer<typeof errorAnswerSchema>;

/** The body of an answer that is no 2xx; undefined when it is not one of the other side, but of something between. */
export function readErrorAnswer(text: string): ErrorAnswer | undefined {
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		return undefined;
	}
	const read = errorAnswerSchema.safeParse(body);
	return read.success && read.data.error !== undefined ? read.data : undefined;
}

const LONGEST_DETAIL = 500;

/** The other side may repeat what it was sent or what a third one answered: no control characters, no second line. */
function oneLine(text: string): string {
	const line = text
		.slice(0, LONGEST_DETAIL * 2)
		.replace(/[\p{C}\p{Z}]+/gu, " ")
		.trim();
	return line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL).toWellFormed()}…` : line;
}
