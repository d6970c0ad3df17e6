// What is thrown away for politeness, at most.
const MOST_BYTES = 32 * 1024 * 1024;
const LONGEST_MS = 5_000;

/**
 * Answers at once although the request's body is still coming. Closing then would reset the connection, and most
 * clients report that instead of the answer that they already got; so the rest is read for a while and thrown away:
 * https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function answerBeforeBody(request: Request, ctx: ExecutionContext, response: Response): Response {
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
