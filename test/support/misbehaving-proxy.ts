import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";

/** A fault of one request on its way to an API server, or of its answer on the way back. */
export type Fault =
	/** The proxy answers; the server never sees the request. */
	| { readonly do: "answer"; readonly status: number; readonly body?: object | string }
	/** The connection closes before the server sees the request. */
	| { readonly do: "drop_request" }
	/** The server executes the request, and the connection closes before its answer arrives. */
	| { readonly do: "drop_response" }
	/** Half of the answer arrives. */
	| { readonly do: "halve_response" }
	/** There is never an answer. */
	| { readonly do: "hang" };

export interface MisbehavingProxy {
	readonly url: string;
	/** Chooses each request's fault; undefined lets it pass. */
	misbehave: (asked: { readonly method: string; readonly path: string }) => Fault | undefined;
	/** Cuts all open connections, including watches. */
	cut(): void;
	stop(): Promise<void>;
}

/** A proxy in front of `target`'s API server, without TLS on its own side. */
export async function misbehavingProxy(target: {
	readonly server: string;
	readonly caFile: string;
}): Promise<MisbehavingProxy> {
	const agent = new Agent({ ca: readFileSync(target.caFile), keepAlive: true });
	const server = createServer((asked, answer) => {
		const fault = proxy.misbehave({ method: asked.method ?? "", path: asked.url ?? "" });
		if (fault?.do === "drop_request") return void asked.socket.destroy();
		if (fault?.do === "hang") return;
		if (fault?.do === "answer") return sendAnswer(answer, fault);
		forward(target.server, agent, asked, answer, fault);
	});
	const proxy: MisbehavingProxy = {
		url: await listen(server),
		misbehave: () => undefined,
		cut: () => server.closeAllConnections(),
		async stop() {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			agent.destroy();
			await closed;
		},
	};
	return proxy;
}

function forward(
	server: string,
	agent: Agent,
	asked: IncomingMessage,
	answer: ServerResponse,
	fault: Fault | undefined,
): void {
	const { host: _, ...headers } = asked.headers;
	const passed = httpsRequest(
		new URL(asked.url ?? "/", server),
		{ method: asked.method, headers, agent },
		(response) => {
			if (fault?.do === "drop_response") {
				response.resume();
				response.on("end", () => asked.socket.destroy());
				return;
			}
			answer.writeHead(response.statusCode ?? 502, response.headers);
			if (fault?.do === "halve_response") {
				response.once("data", (chunk: Buffer) => {
					answer.write(chunk.subarray(0, chunk.length / 2), () => asked.socket.destroy());
					response.destroy();
				});
				return;
			}
			response.pipe(answer);
		},
	);
	passed.on("error", () => asked.socket.destroy());
	answer.on("close", () => passed.destroy());
	asked.pipe(passed);
}

function sendAnswer(answer: ServerResponse, { status, body = "" }: Fault & { readonly do: "answer" }): void {
	const isText = typeof body === "string";
	answer.writeHead(status, { "content-type": isText ? "text/html" : "application/json" });
	answer.end(isText ? body : JSON.stringify(body));
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
