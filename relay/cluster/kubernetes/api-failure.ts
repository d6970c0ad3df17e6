import { ApiException } from "@kubernetes/client-node";
import * as z from "zod";
import type { UnavailableCause } from "../../../wire/error-answer.ts";
import { explainNetworkError } from "../../http/network-fault.ts";
import type { Conflict, NotFound, Unavailable } from "../cluster.ts";
import { readForbidden } from "./forbidden.ts";
import { UnusableCredentials } from "./load-kube-config.ts";

/** Why a call to the API server failed. Each kind has its own handling. */
export type ApiFailure =
	| Conflict
	/** `why` distinguishes a missing object from a missing namespace and a missing kind. */
	| (NotFound & { readonly why: string })
	/** An object with that name exists already. */
	| { readonly kind: "exists" }
	/** The object itself is invalid and a retry will not help; `why` names the fields. */
	| { readonly kind: "refused"; readonly why: string }
	| Unavailable;

/** The part of a Kubernetes `Status` that says what went wrong (API reference, `meta/v1.Status`). */
const statusSchema = z.object({
	reason: z.string().optional(),
	message: z.string().optional(),
	details: z
		.object({
			causes: z.array(z.object({ field: z.string().optional(), message: z.string().optional() })).optional(),
		})
		.optional(),
});
type Status = z.infer<typeof statusSchema>;

/** The server quotes the invalid value: this is enough for the field and the reason, not for a whole prompt. */
const MAX_WHY = 1_000;

const UNAUTHORIZED =
	"the API server does not accept the relay's token: it expired or belongs to another cluster; renew it in the kubeconfig, or restart the Pod";
const NOT_KUBERNETES = "the answer was incomplete or not from the API server";

/**
 * Classifies an error of a call to the API server. An error that neither the server nor the network caused is a bug,
 * and is rethrown.
 */
export function readFailure(error: unknown): ApiFailure {
	if (error instanceof UnusableCredentials) return unavailable("credentials", error.message);
	if (error instanceof ApiException) return readStatus(error.code, statusOf(error.body));
	// A proxy's page, or a truncated answer.
	if (error instanceof z.ZodError || error instanceof SyntaxError) return unavailable("not_kubernetes", NOT_KUBERNETES);
	if (isTimeout(error)) return unavailable("timeout", "the API server timed out");
	const network = explainNetworkError(error);
	if (network !== undefined) return unavailable("unreachable", `the API server cannot be reached: ${network}`);
	throw error;
}

/** The server no longer has this position of a list or watch: 410 Gone. */
export function isExpired(error: unknown): boolean {
	return error instanceof ApiException && error.code === 410;
}

/** Explains a failed watch; the client reports only the status. */
export function explainWatchStatus(status: number): string {
	if (status === 401) return UNAUTHORIZED;
	if (status === 403)
		return "the relay may not watch coderuns.agents.platform (kubectl apply -k deploy/relay grants it)";
	return `the API server answered ${status}`;
}

function readStatus(code: number, status: Status): ApiFailure {
	const message = (status.message ?? status.reason ?? "").slice(0, MAX_WHY);
	switch (code) {
		case 409:
			return status.reason === "AlreadyExists" ? { kind: "exists" } : { kind: "conflict" };
		case 404:
			return { kind: "not_found", why: message };
		case 400:
		case 413:
		case 422:
			// Without a message from Kubernetes, a proxy in between refused the request.
			if (message === "") return unavailable("not_kubernetes", `a proxy in front of the API server answered ${code}`);
			return { kind: "refused", why: fieldsOf(status) || message };
		case 401:
			return unavailable("unauthorized", UNAUTHORIZED);
		case 403:
			return { kind: "unavailable", ...readForbidden(message) };
		default:
			return unavailable("api_server", `the API server answered ${code} ${message}`.trim());
	}
}

/** `spec.env.PR_NUMBER: Invalid value ...`, for each field. */
function fieldsOf({ details }: Status): string {
	const causes = details?.causes ?? [];
	const fields = causes.map(({ field, message }) => [field, message].filter(Boolean).join(": "));
	return fields.join("; ").slice(0, MAX_WHY);
}

function statusOf(body: unknown): Status {
	const status = statusSchema.safeParse(typeof body === "string" ? parsed(body) : body);
	return status.success ? status.data : {};
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		// A proxy in between may answer with a page.
		return undefined;
	}
}

/** A timeout is a DOMException. */
function isTimeout(error: unknown): boolean {
	return error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
}

function unavailable(cause: UnavailableCause, why: string): Unavailable {
	return { kind: "unavailable", cause, why };
}
