import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { workerdPath } from "../cli/hub/edge-runtime.ts";

/** A workerd process with one configuration, without miniflare. */
export interface WorkerdProcess {
	readonly url: string;
	/** From the start of the process to its first answer. */
	readonly startup_ms: number;
	/** CPU time of the process so far, in microseconds; undefined where the system does not report it. */
	cpuMicroseconds(): number | undefined;
	/** Peak resident memory of the process so far; undefined where the system does not report it. */
	peakBytes(): number | undefined;
	stop(): Promise<void>;
}

export interface Configuration {
	/** Files beside the configuration, by name. */
	readonly files: Readonly<Record<string, string>>;
	/** Cap'n Proto text; `PORT` is replaced by the port. */
	readonly capnp: string;
}

/** Starts workerd and waits until it answers a GET. */
export async function startWorkerd({ files, capnp }: Configuration): Promise<WorkerdProcess> {
	const folder = mkdtempSync(path.join(tmpdir(), "healer-bench-"));
	const port = await freePort();
	for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
	writeFileSync(path.join(folder, "config.capnp"), capnp.replaceAll("PORT", String(port)));
	const url = `http://127.0.0.1:${port}/`;
	const began = performance.now();
	const child = spawn(workerdPath(), ["serve", "--experimental", path.join(folder, "config.capnp")], {
		stdio: ["ignore", "ignore", "pipe"],
	});
	let said = "";
	child.stderr.on("data", (chunk) => {
		said = (said + chunk).slice(-4_000);
	});
	await answered(url, child, () => said);
	return {
		url,
		startup_ms: performance.now() - began,
		cpuMicroseconds: () => cpuOf(child.pid),
		peakBytes: () => peakOf(child.pid),
		async stop() {
			child.kill("SIGKILL");
			if (child.exitCode === null && child.signalCode === null)
				await new Promise((resolve) => child.once("exit", resolve));
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function answered(url: string, child: ChildProcess, said: () => string): Promise<void> {
	const deadline = performance.now() + 20_000;
	for (;;) {
		const response = await fetch(url).catch(() => undefined);
		await response?.body?.cancel();
		if (response !== undefined) return;
		if (child.exitCode !== null || performance.now() > deadline) throw new Error(`workerd does not answer:\n${said()}`);
		await sleep(1);
	}
}

/** On some systems the launcher in npm's package runs the real binary as its child; here it is the binary itself. */
function cpuOf(pid: number | undefined): number | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		// utime and stime (proc(5), fields 14 and 15), in ticks of 10 ms.
		return (Number(fields[11]) + Number(fields[12])) * 10_000;
	} catch {
		return undefined;
	}
}

/** `VmHWM` of proc(5), which counts in units of 1024 bytes. */
function peakOf(pid: number | undefined): number | undefined {
	try {
		const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
		return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
	} catch {
		return undefined;
	}
}

export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
		});
	});
}
