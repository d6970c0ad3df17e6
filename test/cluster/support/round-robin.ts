import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/**
 * One address in front of several servers that passes each request to the next one, like a Service in front of its
 * Pods.
 */
export async function roundRobin(targets: () => readonly string[]): Promise<string> {
	let turn = 0;
	const server = createServer((asked, answer) => {
		const all = targets();
		const target = all[turn++ % all.length];
		if (target === undefined) return void asked.socket.destroy();
		const { method, headers } = asked;
		const passed = request(new URL(asked.url ?? "/", target), { method, headers }, (response) => {
			answer.writeHead(response.statusCode ?? 502, response.headers);
			response.on("error", () => asked.socket.destroy()).pipe(answer);
		});
		passed.on("error", () => asked.socket.destroy());
		asked.pipe(passed);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
