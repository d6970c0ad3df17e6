import { mkdir, stat } from "node:fs/promises";
import path from "node:path";

/**
 * Creates a folder and its parents. Node's own `recursive` never returns where an existing folder refuses a new one
 * with ENOENT, as /proc does, and Node then handles no signals.
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
	const absolute = path.resolve(folder);
	const error = await tryToMake(absolute, mode);
	if (error?.code !== "ENOENT") return done(absolute, error);
	await makeFolder(path.dirname(absolute), mode);
	return done(absolute, await tryToMake(absolute, mode));
}

function tryToMake(folder: string, mode: number): Promise<NodeJS.ErrnoException | undefined> {
	return mkdir(folder, { mode }).then(
		() => undefined,
		(error: NodeJS.ErrnoException) => error,
	);
}

async function done(folder: string, error: NodeJS.ErrnoException | undefined): Promise<void> {
	if (error === undefined) return;
	const isThere = await stat(folder).then(
		(found) => found.isDirectory(),
		() => false,
	);
	if (!isThere) throw error;
}
