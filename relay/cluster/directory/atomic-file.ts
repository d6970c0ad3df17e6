import { randomUUID } from "node:crypto";
import { link, open, readdir, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf } from "../../file-kind.ts";
import { makeFolder } from "./make-folder.ts";

/** Names of unfinished files: hidden, and with an ending that nothing reads. */
const TEMPORARY = /^\.[^/]+\.tmp$/;

/**
 * Creates a file atomically, only when none has that name: writes a temporary file, syncs it, then links it. A kill at
 * any point leaves at most a temporary file. `mayStill` is called last, right before the link.
 */
export async function createAtomic(
	path: string,
	text: string,
	mayStill: () => boolean = () => true,
): Promise<"created" | "exists" | "too_late"> {
	const temporary = await writeBeside(path, text);
	try {
		if (!mayStill()) return "too_late";
		await link(temporary, path);
	} catch (error) {
		if (codeOf(error) === "EEXIST") return "exists";
		throw error;
	} finally {
		await unlink(temporary);
	}
	await syncFolder(dirname(path));
	return "created";
}

/** Replaces a file's contents atomically: a reader sees the old or the new ones. */
export async function replaceAtomic(path: string, text: string): Promise<void> {
	await renameInto(path, await writeBeside(path, text));
	await syncFolder(dirname(path));
}

/** Writes a file atomically, even if the machine stops halfway. Creates its folder, which is not synced. */
export async function writeAtomic(path: string, text: string, mode = 0o644): Promise<void> {
	await makeFolder(dirname(path));
	await renameInto(path, await writeBeside(path, text, mode));
}

/** Deletes a file and syncs its folder. */
export async function deleteDurably(path: string): Promise<void> {
	await unlink(path);
	await syncFolder(dirname(path));
}

/** Creates a folder, and removes temporary files that a killed process left. */
export async function prepareFolder(path: string): Promise<void> {
	await makeFolder(path, 0o700);
	for (const name of await readdir(path)) if (TEMPORARY.test(name)) await unlink(join(path, name));
}

async function renameInto(path: string, temporary: string): Promise<void> {
	try {
		await rename(temporary, path);
	} catch (error) {
		await unlink(temporary);
		throw error;
	}
}

async function writeBeside(path: string, text: string, mode = 0o600): Promise<string> {
	const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
	const file = await open(temporary, "wx", mode);
	try {
		await file.writeFile(text);
		await file.sync();
	} catch (error) {
		await unlink(temporary);
		throw error;
	} finally {
		await file.close();
	}
	return temporary;
}

/** A name is durable only after its folder is synced. */
async function syncFolder(path: string): Promise<void> {
	const folder = await open(path, "r");
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}
