import { chmod, lstat, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "../../relay/file-kind.ts";
import { fail, ok, type Result } from "../../wire/result.ts";

/** All rights of the group and of others. */
const FOREIGN = 0o077;
const STICKY = 0o1000;

/** From here on every file that this process or the runtime makes is readable by its owner only: journal, WAL and logs. */
export function makeFilesPrivate(): void {
	process.umask(FOREIGN);
}

/**
 * Why a folder that exists cannot hold the state: users share it and would be locked out, or it is another user's, who can
 * always read it.
 */
export async function mayBePrivate(root: string): Promise<Result<undefined>> {
	const found = await stat(root).catch(() => undefined);
	if (found === undefined) return ok(undefined);
	const own = process.getuid?.();
	if (own !== undefined && found.uid !== own) return fail("it belongs to another user");
	if ((found.mode & STICKY) !== 0) return fail("it is a folder that users share");
	return ok(undefined);
}

/** Takes the rights of others away from the folder and from those parts of it that are the hub's, where it existed before. */
export async function makePrivate(root: string, parts: readonly string[]): Promise<void> {
	await withoutForeignRights(root);
	for (const part of parts) await withEverythingIn(part);
}

async function withEverythingIn(file: string): Promise<void> {
	if (!(await withoutForeignRights(file))) return;
	for (const name of await readdir(file)) await withEverythingIn(path.join(file, name));
}

/** Whether it is a folder. A link is left alone: its target may be anybody's. */
async function withoutForeignRights(file: string): Promise<boolean> {
	try {
		const found = await lstat(file);
		if (found.isSymbolicLink()) return false;
		if ((found.mode & FOREIGN) !== 0) await chmod(file, found.mode & 0o7700);
		return found.isDirectory();
	} catch (error) {
		// A running hub removes its temporary files.
		if (codeOf(error) === "ENOENT") return false;
		throw error;
	}
}
