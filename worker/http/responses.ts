import { bytesToHex } from "@noble/hashes/utils.js";
import type { BodyReading } from "./body.ts";

/** JSON that no cache keeps and no browser guesses about. */
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
 * JSON that is asked for again and again: who names the version that it already has (`If-None-Match`) gets 304 and no
 * body. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export async function taggedResponse(request: Request, body: unknown): Promise<Response> {
	const json = JSON.stringify(body);
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(json));
	const etag = `"${bytesToHex(new Uint8Array(digest).subarray(0, 16))}"`;
	if (request.headers.get("if-none-match") !== etag) return answerJson(200, json, { etag });
	return new Response(null, { status: 304, headers: { etag, "cache-control": "no-store" } });
}

/** Lines of text, likewise. */
export function textResponse(lines: readonly string[]): Response {
	return new Response(lines.join("\n"), {
		headers: {
			"content-type": "text/plain; charset=utf-8",
			"cache-control": "no-store",
			"x-content-type-options": "nosniff",
		},
	});
}

/** A refusal: one short sentence for the caller; what led to it is in the log. */
export function errorResponse(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Response {
	return jsonResponse(status, { error }, headers);
}

/** To somebody who may not: a token is how one may (RFC 6750 section 3). */
export function unauthorized(error = "unauthorized"): Response {
	return errorResponse(401, error, { "www-authenticate": "Bearer" });
}

/**
 * HEAD is GET without the answer's content (https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2), as monitors ask it. The
 * routes need not know of it: the runtime leaves the content out.
 */
export function headAsGet(request: Request): Request {
	return request.method === "HEAD" ? new Request(request, { method: "GET" }) : request;
}

// What is thrown away for politeness, at most.
const MOST_BYTES = 32 * 1024 * 1024;
const LONGEST_MS = 5_000;

/**
 * Answers at once although the request's body is still coming. Closing then would reset the connection, and most
 * clients report that instead of the answer that they already got; so the rest is read for a while and thrown away:
 * https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
function answerBeforeBody(request: Request, ctx: ExecutionContext, response: Response): Response {
	const { body } = request;
	if (body === null || response.body === null) return response;
	const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
	// The answer ends when the rest has come: the runtime keeps the request's body open until then.
	const sent = response.body.pipeTo(writable, { preventClose: true });
	ctx.waitUntil(Promise.allSettled([sent, throwAway(body)]).then(() => writable.close().catch(() => undefined)));
	return new Response(readable, response);
}

async function throwAway(stream: ReadableStream<Uint8Array>): Promise<void> {
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

/** The answer to a body that could not be read. */
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
			return errorResponse(400, "the body ended before its time");
		default:
			return reason satisfies never;
	}
}
