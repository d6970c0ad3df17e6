import { lstat, mkdir, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { bundleLocalWorker } from "./worker-bundle.ts";

/**
 * The journal of the local runtime. miniflare derives a Durable Object's file from this key and the object's name: they are
 * those of the database `journal` in miniflare's D1, so that a journal from before is this one.
 * https://github.com/cloudflare/workers-sdk/tree/main/packages/miniflare/src/plugins/d1
 */
const JOURNAL_OBJECT = {
	className: "JournalObject",
	useSQLite: true,
	unsafeUniqueKey: "miniflare-D1DatabaseObject",
	// Else an idle object is gone after ten seconds, and what it prepared with it.
	unsafePreventEviction: true,
};

/** Keeps nothing. */
const WAKEUPS_OBJECT = { className: "WakeupsObject", unsafeUniqueKey: "healer-wakeups", unsafePreventEviction: true };

/** The Durable Objects that stand in for D1 and the queue: `worker/local/`. */
export const LOCAL_OBJECTS = { JOURNAL_OBJECT, WAKEUPS_OBJECT };

/** The folders in which miniflare keeps Durable Objects and D1's databases. */
const OBJECTS = "do";
const DATABASES = "d1";

/**
 * Lets miniflare find the journal's file in the folder of D1's databases, where it stays: also a Healer that runs on D1 finds it.
 * A copy of the folder may hold the file itself in place of the link.
 */
export async function linkJournal(edge: string): Promise<void> {
	const [objects, databases] = [path.join(edge, OBJECTS), path.join(edge, DATABASES)];
	if ((await exists(objects)) && !(await exists(databases))) await rename(objects, databases);
	await mkdir(databases, { recursive: true, mode: 0o700 });
	await rm(objects, { recursive: true, force: true });
	await symlink(DATABASES, objects);
}

/** A folder, not a link to one. */
async function exists(folder: string): Promise<boolean> {
	return (await lstat(folder).catch(() => undefined))?.isDirectory() ?? false;
}

interface Module {
	readonly type: "ESModule";
	readonly path: string;
	readonly contents: string;
}

/** The modules of a worker on these bindings; `script`: the worker as one module. */
export async function localModules(script: string): Promise<Module[]> {
	const module = (name: string, contents: string) => ({ type: "ESModule", path: name, contents }) as const;
	return [module("hub.js", ENTRY), module("local.js", await bundleLocalWorker()), module("healer.js", script)];
}

const ENTRY = `
import worker from "./healer.js";
import { onLocalBindings, wakeupsObjectOf } from "./local.js";

export { JournalObject } from "./local.js";
export const WakeupsObject = wakeupsObjectOf(worker);
export default onLocalBindings(worker);
`;
