import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the log storage serves one log. */
export type ServedLog =
	| { readonly kind: "text"; readonly text: string }
	/** At least this many bytes of ordinary lines, generated while sending; then `last`. */
	| { readonly kind: "generated"; readonly bytes: number; readonly last?: string }
	/** Sends this and then nothing more, keeping the connection open. */
	| { readonly kind: "stall"; readonly after: string }
	/** Sends this and then breaks the connection in the middle of a chunk. */
	| { readonly kind: "cut"; readonly after: string }
	| { readonly kind: "redirect"; readonly to: string }
	| { readonly kind: "status"; readonly status: 403 | 404 | 410 | 429 | 500 };

export interface LogServer {
	/** The URL of a log served in this way. */
	put(log: ServedLog): string;
	/** Each request with its Authorization, which storage must never receive. */
	readonly requests: readonly { readonly path: string; readonly authorization: string | undefined }[];
	/** Body bytes sent so far, over all requests. */
	readonly sentBytes: number;
	close(): Promise<void>;
}

/** Starts the log storage on a free loopback port. */
export async function startLogServer(): Promise<LogServer> {
	const logs = new Map<string, ServedLog>();
	const requests: { readonly path: string; readonly authorization: string | undefined }[] = [];
	let sentBytes = 0;
	const server = createServer((request, response) => {
		const path = request.url ?? "/";
		requests.push({ path, authorization: request.headers.authorization });
		void serve(request, response, logs.get(path), (bytes) => {
			sentBytes += bytes;
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		put(log) {
			const path = `/logs/${logs.size + 1}.txt?sig=secret`;
			logs.set(path, log);
			return url + path;
		},
		requests,
		get sentBytes() {
			return sentBytes;
		},
		async close() {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
		},
	};
}

async function serve(
	request: IncomingMessage,
	response: ServerResponse,
	log: ServedLog | undefined,
	count: (bytes: number) => void,
): Promise<void> {
	if (log === undefined) return void response.writeHead(404).end();
	const write = async (text: string | Buffer) => {
		count(Buffer.byteLength(text));
		if (!response.write(text) && !response.destroyed) await drained(request, response);
	};
	switch (log.kind) {
		case "status":
			return void response.writeHead(log.status, { "content-type": "text/plain" }).end("no log");
		case "redirect":
			return void response.writeHead(302, { location: log.to }).end();
	}
	response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
	switch (log.kind) {
		case "text":
			await write(log.text);
			return void response.end();
		case "generated":
			for (let sent = 0; sent < log.bytes && !response.destroyed; sent += ORDINARY.byteLength) await write(ORDINARY);
			if (log.last !== undefined) await write(log.last);
			return void response.end();
		case "stall":
			return await write(log.after);
		case "cut":
			await write(log.after);
			// Half a chunk, so that the client cannot mistake it for the end.
			response.socket?.end("ffff\r\nhalf of it");
			return;
		default:
			log satisfies never;
	}
}

function drained(request: IncomingMessage, response: ServerResponse): Promise<void> {
	return new Promise((resolve) => {
		const over = () => {
			response.off("drain", over);
			request.off("close", over);
			resolve();
		};
		response.on("drain", over);
		request.on("close", over);
	});
}

const ORDINARY = Buffer.from(
	Array.from(
		{ length: 600 },
		(_, n) => `2026-11-22T12:00:00.${String(n).padStart(7, "0")}Z    Compiling some-crate-${n} v1.${n}.0 (registry)\n`,
	).join(""),
);
