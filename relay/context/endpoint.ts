import { messageOf } from "../../wire/message-of.ts";
import { explainNetworkError } from "../http/network-fault.ts";
import { MAX_ANSWER_BYTES, readBounded, withoutSecrets } from "../http/read-bounded.ts";
import { shownLine } from "./shown.ts";

/** A server that sources may query: only the relay's own environment sets its address. */
export interface Endpoint {
	/** Display name. */
	readonly service: string;
	/** All requests go below it; it has no credentials, query or fragment. */
	readonly base: URL;
	readonly headers: Readonly<Record<string, string>>;
	/** Redacted wherever an answer repeats them. */
	readonly secrets: readonly string[];
}

export type JsonAnswer =
	| { readonly ok: true; readonly value: unknown }
	| { readonly ok: false; readonly why: string; readonly status?: number };

export interface Question {
	/** Each segment is encoded, so that none leads elsewhere. */
	readonly path: readonly string[];
	readonly query?: readonly (readonly [string, string])[];
	readonly signal: AbortSignal;
	readonly fetch: typeof fetch;
}

const MAX_ERROR_BYTES = 4 * 1024;
const LONGEST_ERROR = 300;

/**
 * Requests JSON, and reads at most 4 MiB of it. Redirects are not followed: the credentials are for this server alone.
 * Never throws for server or network errors.
 */
export async function getJson(endpoint: Endpoint, question: Question): Promise<JsonAnswer> {
	const { service } = endpoint;
	const { fetch, signal } = question;
	const headers = { accept: "application/json", ...endpoint.headers };
	try {
		const response = await fetch(urlOf(endpoint, question), { headers, signal, redirect: "manual" });
		if (!response.ok) return await refusal(endpoint, response);
		const body = await readBounded(response.body, MAX_ANSWER_BYTES);
		if (body.cut) return { ok: false, why: `${service} answered more than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB` };
		return parsed(service, withoutSecrets(body.text, endpoint.secrets));
	} catch (error) {
		const network = explainNetworkError(error, endpoint.base);
		const why = network ?? shownLine(messageOf(error), LONGEST_ERROR);
		return { ok: false, why: withoutSecrets(`${service} cannot be reached: ${why}`, endpoint.secrets) };
	}
}

function urlOf({ base }: Endpoint, { path, query = [] }: Question): URL {
	const url = new URL(base);
	url.pathname = `${base.pathname.replace(/\/+$/, "")}/${path.map(encodeURIComponent).join("/")}`;
	url.search = new URLSearchParams(query.map(([name, value]) => [name, value])).toString();
	return url;
}

async function refusal({ service, secrets }: Endpoint, response: Response): Promise<JsonAnswer> {
	const { status, headers } = response;
	const { text } = await readBounded(response.body, MAX_ERROR_BYTES);
	if (status >= 300 && status < 400) {
		return {
			ok: false,
			status,
			why: `${service} answered ${status}, a redirect: configure the address it redirects to`,
		};
	}
	// A proxy's HTML page adds nothing to the status.
	const detail = /html/.test(headers.get("content-type") ?? "") ? "" : messageIn(text);
	const why = [`${service} answered ${status}`, shownLine(withoutSecrets(detail.trim(), secrets), LONGEST_ERROR)];
	return { ok: false, status, why: why.filter((part) => part !== "").join(": ") };
}

/** Most of these servers return an error as JSON with `error` or `message`, some as plain text. */
function messageIn(text: string): string {
	try {
		const { error, message }: { error?: unknown; message?: unknown } = Object(JSON.parse(text));
		return [error, message].find((value) => typeof value === "string") ?? "";
	} catch {
		return text;
	}
}

function parsed(service: string, text: string): JsonAnswer {
	try {
		return { ok: true, value: JSON.parse(text) };
	} catch {
		return { ok: false, why: `${service} answered something that is not JSON` };
	}
}
