import { bytesToHex } from "@noble/hashes/utils.js";

/** JSON that no cache keeps and no browser guesses about. */
export function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
	return new Response(JSON.stringify(body), {
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
export async function answerTagged(request: Request, body: unknown): Promise<Response> {
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(body)));
	const etag = `"${bytesToHex(new Uint8Array(digest).subarray(0, 16))}"`;
	if (request.headers.get("if-none-match") !== etag) return answer(200, body, { etag });
	return new Response(null, { status: 304, headers: { etag, "cache-control": "no-store" } });
}

/** Lines of text, likewise. */
export function answerText(lines: readonly string[]): Response {
	return new Response(lines.join("\n"), {
		headers: {
			"content-type": "text/plain; charset=utf-8",
			"cache-control": "no-store",
			"x-content-type-options": "nosniff",
		},
	});
}

/** A refusal: one short sentence for the caller; what led to it is in the log. */
export function refuse(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Response {
	return answer(status, { error }, headers);
}
