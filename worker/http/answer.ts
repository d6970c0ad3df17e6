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
