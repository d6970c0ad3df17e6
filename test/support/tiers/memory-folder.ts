import { accessSync, constants, statfsSync } from "node:fs";

const FOLDER = "/dev/shm";
const LEAST_BYTES = 512 * 1024 * 1024;

/**
 * Lets temporary files be kept in memory where Linux offers that: each test in workerd empties its database, and SQLite
 * waits for the disk at every step of it. A TMPDIR that is set stays.
 */
export function keepStorageInMemory(): void {
	if (process.env.TMPDIR !== undefined) return;
	try {
		accessSync(FOLDER, constants.W_OK);
		const { bavail, bsize } = statfsSync(FOLDER);
		if (bavail * bsize >= LEAST_BYTES) process.env.TMPDIR = FOLDER;
	} catch {
		// Not on Linux: the disk does.
	}
}
