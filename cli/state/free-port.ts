import { type AddressInfo, createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fail, ok, type Result } from "../../wire/result.ts";

/** The hub is reachable only from this machine. */
export const LOOPBACK = "127.0.0.1";

/** Listens on a free port of this machine, and returns the host: `127.0.0.1:49152`. */
export async function listenOnLoopback(server: Server): Promise<string> {
	await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
	return `${LOOPBACK}:${(server.address() as AddressInfo).port}`;
}

/**
 * Returns the port once it is free; 0 picks a free one. Retries for a moment: the kernel releases a killed hub's port
 * shortly after the kill.
 */
export async function freePort(port: number, variable: string): Promise<Result<number>> {
	for (let tries = 0; ; tries++) {
		const tried = await tryPort(port);
		if (tried.ok) return tried;
		if (tried.problem !== "EADDRINUSE")
			return fail(`Port ${port} cannot be used: ${tried.problem}. Choose another with ${variable}.`);
		if (tries >= 10) {
			return fail(
				`Port ${port} is in use by another program. Stop it, or choose another port: ${variable}=${port + 10} npm start`,
			);
		}
		await sleep(100);
	}
}

/** The port, or the code of the error. */
function tryPort(port: number): Promise<Result<number>> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", (error: NodeJS.ErrnoException) => resolve(fail(error.code ?? error.message)));
		server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
			const address = server.address();
			const taken = typeof address === "object" && address !== null ? address.port : port;
			server.close(() => resolve(ok(taken)));
		});
	});
}
