import { createServer } from "node:http";
import { createServerAdapter } from "@whatwg-node/server";
import type { Relay } from "./index.ts";

export interface RelayServer {
	readonly port: number;
	readonly url: string;
	/** Stops accepting requests, and resolves once those in flight are answered. */
	close(): Promise<void>;
}

/**
 * Serves a relay over HTTP. Port 0 picks any free one.
 * @throws Node's error when it cannot listen, for example with `code` `EADDRINUSE`.
 */
export async function serveRelay(
	relay: Pick<Relay, "fetch">,
	at: { host: string; port: number },
): Promise<RelayServer> {
	const adapter = createServerAdapter((request: Request) => relay.fetch(request));
	const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, adapter);
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
