import { ApiException } from "@kubernetes/client-node";
import { z } from "zod";
import type { Conflict, NotFound, Unavailable } from "../cluster.ts";

/** Why the API server, or the way to it, did not do what was asked. Each has its own answer. */
export type ApiFailure =
	| Conflict
	| NotFound
	/** An object by that name is there already. */
	| { readonly kind: "exists" }
	/** The object itself is not right, and never will be: the fields are named. */
	| { readonly kind: "refused"; readonly why: string }
	| Unavailable;

/** The part of a Kubernetes `Status` that tells what went wrong (API reference, `meta/v1.Status`). */
const statusSchema = z.object({ reason: z.string().optional(), message: z.string().optional() });
type Status = z.infer<typeof statusSchema>;

/** What an error of a call to the API server means. An error that no server or network made is a bug, and thrown on. */
export function readFailure(error: unknown): ApiFailure {
	if (error instanceof ApiException) return readStatus(error.code, statusOf(error.body));
	if (error instanceof Error && isNetworkError(error)) return { kind: "unavailable", why: networkReason(error) };
	throw error;
}

function readStatus(code: number, { reason = "", message = "" }: Status): ApiFailure {
	switch (code) {
		case 409:
			return reason === "AlreadyExists" ? { kind: "exists" } : { kind: "conflict" };
		case 404:
			return { kind: "not_found" };
		case 400:
		case 422:
			return { kind: "refused", why: message || reason };
		case 401:
			return { kind: "unavailable", why: "the API server does not know the relay's token" };
		case 403:
			return { kind: "unavailable", why: readForbidden(message) };
		default:
			return { kind: "unavailable", why: `the API server answered ${code} ${message || reason}`.trim() };
	}
}

/** One status for three things, told apart by the message. All of them pass once somebody has acted. */
function readForbidden(message: string): string {
	if (message.includes("exceeded quota")) return `a ResourceQuota is used up: ${message}`;
	if (message.includes("being terminated")) return `the namespace is being deleted: ${message}`;
	return `the relay lacks a permission: ${message}`;
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
