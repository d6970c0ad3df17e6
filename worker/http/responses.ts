import { bytesToHex } from "@noble/hashes/utils.js";
import type { BodyReading } from "./body.ts";

/** A JSON response without caching or content sniffing. */
export function jsonResponse(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
	return answerJson(status, JSON.stringify(body), headers);
}

function answerJson(status: number, json: string, headers: Readonly<Record<string, string>>): Response {
	return new Response(json, {
		status,
		headers: {
			"content-type": "application/json; charset=utf-8",
			"cache-control": "no-store",
			"x-content-type-options": "nosniff",
			...headers,
		},
	});
}

/**
 * A JSON response for polling: a client that sends its current version (`If-None-Match`) gets 304 without a body.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export async function taggedResponse(request: Request, body: unknown): Promise<Response> {
	const json = JSON.stringify(body);
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(json));
	const etag = `"${bytesToHex(new Uint8Array(digest).subarray(0, 16))}"`;
	if (request.headers.get("if-none-match") !== etag) return answerJson(200, json, { etag });
	return new Response(null, { status: 304, headers: { etag, "cache-control": "no-store" } });
}

/** A text response without caching or content sniffing. */
export function textResponse(lines: readonly string[]): Response {
	return new Response(lines.join("\n"), {
		headers: {
			"content-type": "text/plain; charset=utf-8",
			"cache-control": "no-store",
			"x-content-type-options": "nosniff",
		},
	});
}

/** An error response: one short sentence for the caller; the details are in the log. */
export function errorResponse(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Response {
	return jsonResponse(status, { error }, headers);
}

/**
 * HEAD is GET without the content (https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2); monitors use it. Routes need not
 * handle it: the runtime drops the content.
 */
export function headAsGet(request: Request): Request {
	return request.method === "HEAD" ? new Request(request, { method: "GET" }) : request;
}

// Limits on what is drained.
const MOST_BYTES = 32 * 1024 * 1024;
const LONGEST_MS = 5_000;

/**
 * Answers at once although the request's body is still arriving. Closing the connection then would reset it, and most clients
 * report the reset instead of the answer; so the rest is drained for a while:
 * https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function answerBeforeBody(request: Request, ctx: ExecutionContext, response: Response): Response {
	const { body } = request;
	if (body === null || response.body === null) return response;
	const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
	// The answer ends after the drain: the runtime keeps the request's body open until then.
	const sent = response.body.pipeTo(writable, { preventClose: true });
	ctx.waitUntil(Promise.allSettled([sent, drain(body)]).then(() => writable.close().catch(() => undefined)));
	return new Response(readable, response);
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<void> {
	const reader = stream.getReader();
	const timer = setTimeout(() => reader.cancel().catch(() => undefined), LONGEST_MS);
	try {
		let size = 0;
		for (let next = await reader.read(); !next.done && size < MOST_BYTES; next = await reader.read()) {
			size += next.value.byteLength;
		}
	} finally {
		clearTimeout(timer);
		await reader.cancel().catch(() => undefined);
	}
}

/** The response to a body that could not be read. */
export function bodyErrorResponse(
	request: Request,
	ctx: ExecutionContext,
	reason: Extract<BodyReading, { ok: false }>["reason"],
): Response {
	switch (reason) {
		case "too_large":
			return answerBeforeBody(request, ctx, errorResponse(413, "the body is too large"));
		case "busy": {
			const busy = errorResponse(503, "another large body is being read; try again", { "retry-after": "2" });
			return answerBeforeBody(request, ctx, busy);
		}
		case "slow":
			return errorResponse(408, "the body took too long");
		case "broken":
			return errorResponse(400, "the body ended early");
		default:
			return reason satisfies never;
	}
}
