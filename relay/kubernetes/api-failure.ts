import { ApiException } from "@kubernetes/client-node";
import { z } from "zod";
import type { Conflict, NotFound, Unavailable } from "../cluster.ts";
import { readForbidden } from "./forbidden.ts";

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

const NOT_KUBERNETES = "what answered was not the API server, or only half of it";

/** What an error of a call to the API server means. An error that no server or network made is a bug, and thrown on. */
export function readFailure(error: unknown): ApiFailure {
	if (error instanceof ApiException) return readStatus(error.code, statusOf(error.body));
	// A proxy's page, or half an answer.
	if (error instanceof z.ZodError || error instanceof SyntaxError) return { kind: "unavailable", why: NOT_KUBERNETES };
	if (error instanceof Error && isNetworkError(error)) return { kind: "unavailable", why: networkReason(error) };
	throw error;
}

/** A place in a list or in a watch that the server has forgotten: 410 Gone. */
export function isExpired(error: unknown): boolean {
	return error instanceof ApiException && error.code === 410;
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
			if (message === "") return { kind: "unavailable", why: `something before the API server answered ${code}` };
			return { kind: "refused", why: fieldsOf(status) || message };
		case 401:
			return { kind: "unavailable", why: "the API server does not know the relay's token" };
		case 403:
			return { kind: "unavailable", why: readForbidden(message) };
		default:
			return { kind: "unavailable", why: `the API server answered ${code} ${message}`.trim() };
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

/** `fetch` tells a refused or cut connection as a TypeError with a cause, an ended time as a DOMException. */
function isNetworkError(error: Error): boolean {
	return (
		error.name === "TimeoutError" ||
		error.name === "AbortError" ||
		(error instanceof TypeError && error.cause !== undefined)
	);
}

function networkReason(error: Error): string {
	if (error.name === "TimeoutError" || error.name === "AbortError") return "the API server did not answer in time";
	const cause = error.cause instanceof Error ? error.cause.message : String(error.cause);
	return `the API server cannot be reached: ${cause}`;
}
