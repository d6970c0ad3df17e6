import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** The stub's answer; status 200 by default. */
export interface StubAnswer {
	readonly status?: number;
	readonly body: unknown;
}

export interface StubWorker {
	readonly url: string;
	/** The requests it got: path and query. */
	readonly asked: readonly string[];
	/** The Authorization header of each request. */
	readonly authorizations: readonly (string | undefined)[];
	/** The body of each request; empty if it had none. */
	readonly bodies: readonly string[];
}

/** A worker that answers like this until the test ends. */
export async function stubWorker(answer: (query: URLSearchParams, path: string) => StubAnswer): Promise<StubWorker> {
	const asked: string[] = [];
	const authorizations: (string | undefined)[] = [];
	const bodies: string[] = [];
	const server = createServer(async (request, response) => {
		const path = request.url ?? "/";
		asked.push(path);
		authorizations.push(request.headers.authorization);
		bodies.push(await textOf(request));
		const { status = 200, body } = answer(new URL(path, "http://x").searchParams, path);
		response.writeHead(status).end(JSON.stringify(body));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, authorizations, bodies };
}
