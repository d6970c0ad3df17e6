import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/**
 * A workerd that outlives its hub keeps the port and keeps writing to the journal. Its guard (`runtime.sh`) ends it;
 * if the guard is killed too, the next hub on the same folder does. Every workerd that a hub starts has this variable,
 * which distinguishes it from anybody else's.
 */
export const RUNTIME_MARK = "HEALER_RUNTIME_OF";

/**
 * Kills every workerd on this folder, of an earlier hub or of this one. Call it only while holding the folder's lock:
 * then no other hub owns one.
 */
export async function endRuntimesOf(stateDir: string): Promise<number[]> {
	const orphans = await runtimesOf(stateDir);
	for (const pid of orphans) kill(pid);
	for (let tries = 0; tries < 100 && orphans.some(isAlive); tries++) await sleep(20);
	return orphans;
}

/** Pids of the workerd processes that hubs on this state folder started. */
async function runtimesOf(stateDir: string): Promise<number[]> {
	const mark = `${RUNTIME_MARK}=${stateDir}`;
	return process.platform === "linux" ? await fromProc(mark) : await fromPs(mark);
}

async function fromProc(mark: string): Promise<number[]> {
	const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
	const ours = await Promise.all(
		pids.map(async (pid) => {
			// Unreadable means another user's or already gone: not ours in both cases.
			const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
			if (!isWorkerd(command.split("\0")[0] ?? "")) return false;
			const variables = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
			return variables.split("\0").includes(mark);
		}),
	);
	return pids.filter((_, index) => ours[index]).map(Number);
}

/** macOS: `-E` shows the environment after the command. */
async function fromPs(mark: string): Promise<number[]> {
	const { stdout } = await promisify(execFile)("ps", ["-axwwE", "-o", "pid=,command="], { maxBuffer: 64 << 20 });
	return stdout
		.split("\n")
		.map((line) => line.trim().split(/\s+/))
		.filter(([, program, ...rest]) => isWorkerd(program ?? "") && rest.join(" ").includes(mark))
		.map(([pid]) => Number(pid));
}

function isWorkerd(program: string): boolean {
	return /(^|\/)workerd$/.test(program);
}

function kill(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// Gone in the meantime.
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
