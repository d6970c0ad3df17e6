import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface OddServer {
	readonly url: string;
	readonly port: number;
	/** The requests, in order. */
	readonly asked: readonly IncomingMessage[];
	/** Bytes that were sent before the client closed the connection. */
	readonly sent: () => number;
}

/** Ways in which a server can misbehave. */
export const ODDITIES = [
	"silent",
	"stalled",
	"refusing",
	"nonsense",
	"not_json",
	"endless",
	"redirecting",
	"cut",
] as const;
export type Oddity = (typeof ODDITIES)[number];

/** A server on loopback that answers as configured, until the test ends. */
export async function oddServer(behaviour: Oddity | RequestListener): Promise<OddServer> {
	const asked: IncomingMessage[] = [];
	let sent = 0;
	const server = createServer((request, response) => {
		asked.push(request);
		if (typeof behaviour === "function") return behaviour(request, response);
		switch (behaviour) {
			case "silent":
				return;
			case "stalled":
				return void response.writeHead(200, { "content-type": "application/json" }).write('{"data":');
			case "refusing":
				return void response.writeHead(503, { "content-type": "text/plain" }).end("too busy\nfor you");
			case "nonsense":
				return void response.end('{"data": {"resultType": 5}, "status": "x", "items": 7, "metadata": []}');
			case "not_json":
				return void response.end("<html>hello</html>");
			case "redirecting":
				return void response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" }).end();
			case "cut":
				response.writeHead(200, { "content-length": "1000" }).write('{"data":');
				return void setTimeout(() => response.destroy(), 20);
			case "endless": {
				const chunk = Buffer.alloc(64 * 1024, " ");
				const more = () => {
					while (!response.destroyed) {
						sent += chunk.length;
						if (!response.write(chunk)) return void response.once("drain", more);
					}
				};
				return more();
			}
			default:
				return behaviour satisfies never;
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}`, port, asked, sent: () => sent };
}

/** A loopback port that nothing listens on. */
export async function closedPort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}
