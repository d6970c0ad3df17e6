import { createServer } from "node:http";
import type { Relay } from "./index.ts";

export interface RelayServer {
	readonly port: number;
	readonly url: string;
	/** Stops accepting requests, and resolves once those in flight are answered. */
	close(): Promise<void>;
}

/**
 * Serves a relay over HTTP. Port 0 picks any free one. Listens at once: requests wait for a relay that is still being made, and their
 * connections end if it cannot be made.
 * @throws Node's error when it cannot listen, for example with `code` `EADDRINUSE`.
 */
export async function serveRelay(
	relay: Pick<Relay, "fetch"> | Promise<Pick<Relay, "fetch">>,
	at: { host: string; port: number },
): Promise<RelayServer> {
	const adapter = adapterOf(relay);
	// Whoever makes the relay learns why it cannot be made, also before the first request.
	adapter.catch(() => undefined);
	const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, (request, response) => {
		adapter.then(
			(answer) => answer(request, response),
			() => request.destroy(),
		);
	});
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(at.port, at.host, resolve);
	});
	const address = server.address();
	const port = typeof address === "object" && address !== null ? address.port : at.port;
	return {
		port,
		url: `http://${at.host}:${port}`,
		close: () =>
			new Promise((resolve, reject) => {
				server.close((error) => (error ? reject(error) : resolve()));
				server.closeIdleConnections();
			}),
	};
}

/** Loads what turns Node's requests into those of the platform, with as many files as the rest of the relay. */
async function adapterOf(relay: Pick<Relay, "fetch"> | Promise<Pick<Relay, "fetch">>) {
	const { fetch } = await relay;
	const { createServerAdapter } = await import("@whatwg-node/server");
	return createServerAdapter((request: Request) => fetch(request));
}
