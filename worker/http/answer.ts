import { bytesToHex } from "@noble/hashes/utils.js";

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
