import { DatabaseSync } from "node:sqlite";

/** Held as long as the process lives: the operating system releases it after kill -9, too. */
export interface StateLock {
	release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Allows one hub per state folder. Node has no file locks; SQLite's exclusive transaction is a lock that no crash
 * leaves behind and no race gets around (https://sqlite.org/lockingv3.html). Undefined when another process holds it.
 */
export function takeStateLock(file: string): StateLock | undefined {
	const database = new DatabaseSync(file, { timeout: 0 });
	try {
		database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
		return { release: () => database.close() };
	} catch (error) {
		database.close();
		if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
		throw error;
	}
}
