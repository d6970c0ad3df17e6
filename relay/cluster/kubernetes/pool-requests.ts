import {
	type HttpLibrary,
	IsomorphicFetchHttpLibrary,
	Observable,
	type RequestContext,
	ResponseContext,
} from "@kubernetes/client-node";

type Pool = NonNullable<ReturnType<RequestContext["getDispatcher"]>>;

/**
 * Sends the library's requests with the pool's own call over HTTP/1.1, where the library uses `fetch` and HTTP/2: a third of
 * the CPU (`npm run bench -- cluster`). An answer is read to its end at once, however long it is.
 */
export function poolRequests(): HttpLibrary {
	const fetching = new IsomorphicFetchHttpLibrary();
	return {
		send(context) {
			const pool = context.getDispatcher();
			// Without any TLS settings the library leaves connections to `fetch`.
			return pool === undefined ? fetching.send(context) : new Observable(send(pool, context));
		},
	};
}

async function send(pool: Pool, context: RequestContext): Promise<ResponseContext> {
	const { origin, pathname, search } = new URL(context.getUrl());
	const signal = context.getSignal();
	const request = {
		...{ origin, path: `${pathname}${search}`, method: context.getHttpMethod(), headers: trimmed(context) },
		...{ body: textOf(context), signal: signal ?? null, allowH2: false },
	};
	try {
		const { statusCode, headers, body } = await pool.request(request);
		const bytes = Buffer.from(await body.arrayBuffer());
		return new ResponseContext(statusCode, joined(headers), {
			text: async () => bytes.toString("utf8"),
			binary: async () => bytes,
			stream: () => new Blob([bytes]).stream(),
		});
	} catch (cause) {
		if (signal?.aborted) throw signal.reason;
		// As `fetch` has it (relay/http/network-fault.ts).
		throw new TypeError("the request failed", { cause });
	}
}

function textOf(context: RequestContext): string | null {
	const body = context.getBody();
	if (body === undefined || typeof body === "string") return body ?? null;
	throw new Error("the API server gets JSON only");
}

/** As `fetch` does it: a token's file ends with a line break. */
function trimmed(context: RequestContext): Record<string, string> {
	return Object.fromEntries(Object.entries(context.getHeaders()).map(([name, value]) => [name, value.trim()]));
}

function joined(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]));
}
