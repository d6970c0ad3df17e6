import { accessSync, constants, mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import path from "node:path";

const FOLDER = "/dev/shm";
const LEAST_BYTES = 512 * 1024 * 1024;
const PREFIX = "healer-tests-";

/**
 * Keeps temporary files in memory where Linux offers that: each test in workerd clears its database, and SQLite waits
 * for the disk at every step. They are in a folder of this run, which goes with it: what stayed would stay in memory. An
 * existing TMPDIR stays.
 */
export function keepStorageInMemory(): void {
	if (process.env.TMPDIR !== undefined) return;
	try {
		accessSync(FOLDER, constants.W_OK);
		removeLeftovers();
		const { bavail, bsize } = statfsSync(FOLDER);
		if (bavail * bsize < LEAST_BYTES) return;
		const folder = path.join(FOLDER, `${PREFIX}${process.pid}`);
		mkdirSync(folder, { mode: 0o700 });
		process.env.TMPDIR = folder;
		process.once("exit", () => remove(folder));
	} catch {
		// Not Linux: use the disk.
	}
}

/** Of runs that were killed. */
function removeLeftovers(): void {
	for (const name of readdirSync(FOLDER)) {
		if (name.startsWith(PREFIX) && !isRunning(Number(name.slice(PREFIX.length)))) remove(path.join(FOLDER, name));
	}
}

function remove(folder: string): void {
	rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (cause) {
		// Another user's process runs, too.
		return (cause as NodeJS.ErrnoException).code === "EPERM";
	}
}
