import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../support/free-port.ts";

export interface RunningServer {
	readonly url: string;
	stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/** Starts a program on a free loopback port, with its state in its own folder; ready when `ready` succeeds. */
export async function startServer(
	program: string,
	flags: (at: { readonly folder: string; readonly port: number; readonly other: number }) => Promise<{
		readonly args: readonly string[];
		readonly env?: NodeJS.ProcessEnv;
	}>,
	ready: (url: string) => Promise<boolean>,
): Promise<RunningServer> {
	const folder = await mkdtemp(path.join(tmpdir(), "healer-server-"));
	const port = await freePort();
	const { args, env = {} } = await flags({ folder, port, other: await freePort() });
	const child = spawn(program, args, {
		cwd: folder,
		env: { ...process.env, ...env },
		stdio: ["ignore", "ignore", "pipe"],
	});
	let said = "";
	child.stderr.on("data", (chunk: Buffer) => {
		said = (said + chunk).slice(-4_000);
	});
	const ended = new Promise((resolve) => child.once("exit", resolve));
	// A crash of this process must not leave a server behind.
	const kill = () => void child.kill("SIGKILL");
	process.once("exit", kill);
	const url = `http://127.0.0.1:${port}`;
	const stop = async () => {
		child.kill("SIGTERM");
		if (!(await Promise.race([ended.then(() => true), delay(5_000, false, { ref: false })]))) kill();
		await ended;
		process.removeListener("exit", kill);
		await rm(folder, { recursive: true, force: true });
	};
	const deadline = performance.now() + READY_WITHIN_MS;
	while (!(await ready(url).catch(() => false))) {
		if (performance.now() > deadline || child.exitCode !== null) {
			await stop();
			throw new Error(`${program} did not become ready:\n${said}`);
		}
		await delay(50);
	}
	return { url, stop };
}
