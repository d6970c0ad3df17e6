import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What a stub says; 200 unless told. */
export interface StubAnswer {
	readonly status?: number;
	readonly body: unknown;
}

/** A worker that answers like this until the test ends, and what it was asked: path and query. */
export async function stubWorker(
	answer: (query: URLSearchParams) => StubAnswer,
): Promise<{ readonly url: string; readonly asked: readonly string[] }> {
	const asked: string[] = [];
	const server = createServer((request, response) => {
		const path = request.url ?? "/";
		asked.push(path);
		const { status = 200, body } = answer(new URL(path, "http://x").searchParams);
		response.writeHead(status).end(JSON.stringify(body));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
