import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LogServer, startLogServer } from "./log-server.ts";

const MB = 1024 * 1024;
let server: LogServer;
beforeEach(async () => {
	server = await startLogServer();
});
afterEach(() => server.close());

async function bytesOf(url: string): Promise<number> {
	let bytes = 0;
	for await (const chunk of (await fetch(url)).body ?? []) bytes += chunk.byteLength;
	return bytes;
}

describe("startLogServer", () => {
	it("serves a text, a redirect to it, and errors", async () => {
		const text = server.put({ kind: "text", text: "a log\n" });
		expect(await (await fetch(server.put({ kind: "redirect", to: text }))).text()).toBe("a log\n");
		for (const status of [403, 404, 410, 429, 500] as const) {
			expect((await fetch(server.put({ kind: "status", status }))).status).toBe(status);
		}
	});

	it("generates 100 MB while sending, no faster than they are read", async () => {
		const url = server.put({ kind: "generated", bytes: 100 * MB, last: "##[error]the end\n" });
		let read = 0;
		let ahead = 0;
		for await (const chunk of (await fetch(url)).body ?? []) {
			read += chunk.byteLength;
			ahead = Math.max(ahead, server.sentBytes - read);
		}
		expect(read).toBeGreaterThan(100 * MB);
		// The buffers of both sockets.
		expect(ahead).toBeLessThan(30 * MB);
	});

	it("breaks off noticeably", async () => {
		await expect(bytesOf(server.put({ kind: "cut", after: "half\n" }))).rejects.toThrow();
	});

	it("stalls until the reader gives up", async () => {
		const stop = new AbortController();
		const response = await fetch(server.put({ kind: "stall", after: "half\n" }), { signal: stop.signal });
		const reader = response.body?.getReader();
		expect((await reader?.read())?.value?.byteLength).toBe(5);
		const rest = reader?.read();
		// An answer to somebody else would come behind whatever the server still had for this one.
		expect(await (await fetch(server.put({ kind: "text", text: "other" }))).text()).toBe("other");
		stop.abort();
		await expect(rest).rejects.toThrow("aborted");
	});

	it("records whether it received an Authorization", async () => {
		const url = server.put({ kind: "text", text: "" });
		await fetch(url, { headers: { authorization: "token ghs_x" } });
		await fetch(url);
		expect(server.requests.map(({ authorization }) => authorization)).toEqual(["token ghs_x", undefined]);
	});
});
