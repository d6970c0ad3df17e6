import { ApiException } from "@kubernetes/client-node";
import { z } from "zod";
import type { UnavailableCause } from "../../../wire/error-answer.ts";
import { explainNetworkError } from "../../http/network-fault.ts";
import type { Conflict, NotFound, Unavailable } from "../cluster.ts";
import { readForbidden } from "./forbidden.ts";
import { UnusableCredentials } from "./load-kube-config.ts";

/** Why the API server, or the way to it, did not do what was asked. Each has its own answer. */
export type ApiFailure =
	| Conflict
	/** `why` tells an absent object from an absent namespace and an absent kind. */
	| (NotFound & { readonly why: string })
	/** An object by that name is there already. */
	| { readonly kind: "exists" }
	/** The object itself is not right, and never will be: the fields are named. */
	| { readonly kind: "refused"; readonly why: string }
	| Unavailable;

/** The part of a Kubernetes `Status` that tells what went wrong (API reference, `meta/v1.Status`). */
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

/** The server quotes what it does not like: enough for the field and the reason, not for a whole prompt. */
const MAX_WHY = 1_000;

const UNAUTHORIZED =
	"the API server does not know the relay's token: it expired, or is another cluster's; renew the kubeconfig's, or start the Pod anew";
const NOT_KUBERNETES = "what answered was not the API server, or only half of it";

/** What an error of a call to the API server means. An error that no server or network made is a bug, and thrown on. */
export function readFailure(error: unknown): ApiFailure {
	if (error instanceof UnusableCredentials) return unavailable("credentials", error.message);
	if (error instanceof ApiException) return readStatus(error.code, statusOf(error.body));
	// A proxy's page, or half an answer.
	if (error instanceof z.ZodError || error instanceof SyntaxError) return unavailable("not_kubernetes", NOT_KUBERNETES);
	if (isTimeout(error)) return unavailable("timeout", "the API server did not answer in time");
	const network = explainNetworkError(error);
	if (network !== undefined) return unavailable("unreachable", `the API server cannot be reached: ${network}`);
	throw error;
}

/** A place in a list or in a watch that the server has forgotten: 410 Gone. */
export function isExpired(error: unknown): boolean {
	return error instanceof ApiException && error.code === 410;
}

/** What a watch was answered, which the client tells by the status alone. */
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
			// Without a word of Kubernetes' own it was a proxy between that said no.
			if (message === "") return unavailable("not_kubernetes", `something before the API server answered ${code}`);
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
		// A proxy between may answer with a page.
		return undefined;
	}
}

/** An ended time is a DOMException. */
function isTimeout(error: unknown): boolean {
	return error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
}

function unavailable(cause: UnavailableCause, why: string): Unavailable {
	return { kind: "unavailable", cause, why };
}
