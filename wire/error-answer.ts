import * as z from "zod";
import { REFUSAL_STATUS, type RefusalReason } from "./refusal.ts";

/**
 * Why a relay decided nothing on a valid request: `error` is `unavailable`, and the sender retries.
 * - `credentials`: its kubeconfig gives none: an exec command, a token file or a certificate that cannot be used
 * - `unauthorized`, `forbidden`: the API server answered 401 or 403
 * - `no_namespace`, `no_kind`: the namespace or the CodeRun definition does not exist
 * - `quota`, `terminating`: a ResourceQuota is exhausted, or the namespace is being deleted
 * - `unreachable`, `timeout`: the API server did not answer
 * - `not_kubernetes`: the answer was incomplete, or not from an API server
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

/** Every `error` of an answer other than 2xx. */
const ERRORS = [...(Object.keys(REFUSAL_STATUS) as RefusalReason[]), "unavailable", "internal", "not_found"] as const;

/** An answer other than 2xx, parsed loosely: unknown fields are dropped. */
const errorAnswerSchema = z.object({
	error: z.enum(ERRORS).optional().catch(undefined),
	cause: z.enum(UNAVAILABLE_CAUSES).optional().catch(undefined),
	detail: z.string().transform(oneLine).optional().catch(undefined),
});
export type ErrorAnswer = z.infer<typeof errorAnswerSchema>;

/**
 * The body of an answer other than 2xx; undefined when it comes from something in between instead of the other side.
 */
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

/** The other side may repeat its input or a third party's answer: remove control characters and further lines. */
function oneLine(text: string): string {
	const line = text
		.slice(0, LONGEST_DETAIL * 2)
		.replace(/[\p{C}\p{Z}]+/gu, " ")
		.trim();
	return line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL).toWellFormed()}…` : line;
}
