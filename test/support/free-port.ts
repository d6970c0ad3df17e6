import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux, from 49152 elsewhere). A port from
 * `listen(0)` is one of those: a connection of another test can take it before the process that it was chosen for does.
 */
const FROM = 12_000;
const TO = 32_000;

const given = new Set<number>();

/** A loopback port that nothing listens on, and that this process was not given before. */
export async function freePort(): Promise<number> {
	for (;;) {
		const port = randomInt(FROM, TO);
		if (given.has(port) || !(await isFree(port))) continue;
		given.add(port);
		return port;
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const probe = createServer();
		probe.once("error", () => resolve(false));
		probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
	});
}
