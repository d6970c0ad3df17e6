import { accessSync, constants, statfsSync } from "node:fs";

const FOLDER = "/dev/shm";
const LEAST_BYTES = 512 * 1024 * 1024;

/**
 * Keeps temporary files in memory where Linux offers that: each test in workerd clears its database, and SQLite waits
 * for the disk at every step. An existing TMPDIR stays.
 */
export function keepStorageInMemory(): void {
	if (process.env.TMPDIR !== undefined) return;
	try {
		accessSync(FOLDER, constants.W_OK);
		const { bavail, bsize } = statfsSync(FOLDER);
		if (bavail * bsize >= LEAST_BYTES) process.env.TMPDIR = FOLDER;
	} catch {
		// Not Linux: use the disk.
	}
}
